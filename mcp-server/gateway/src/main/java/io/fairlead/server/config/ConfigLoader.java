package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.common.Causes;
import io.fairlead.common.KeyedRecord;
import io.fairlead.configs.ConfigSourceFactory;
import io.fairlead.configs.merge.ConfigProblem;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.RegularFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Loads configuration files: reads, validates and binds, checks. Immutable. */
public final class ConfigLoader {
  /** The most bytes that a configuration file may have. */
  public static final int MAX_BYTES = 16 << 20;

  private final Supplier<AdapterTypes> types;
  private final Purpose purpose;

  /** The purpose of loading a configuration, which decides what has to exist. */
  private enum Purpose {
    /** To be looked at: every file has to be there, secrets need not. */
    READING,
    /** To be read by on this machine: secrets have to be there, too. */
    READING_REGISTRIES,
    /** To be checked where it is to run: what files contain and the store's folder, too. */
    CHECKING,
    /** To be run: what a registry is read from may come later. */
    SERVING;

    boolean needsSecrets() {
      return this == READING_REGISTRIES || this == CHECKING;
    }
  }

  /** Creates a loader that knows the given registry types. */
  public ConfigLoader(AdapterTypes types) {
    this(() -> types, Purpose.READING);
  }

  /** Creates a loader that asks for the registry types whenever it loads a text. */
  public ConfigLoader(Supplier<AdapterTypes> types) {
    this(types, Purpose.READING);
  }

  private ConfigLoader(Supplier<AdapterTypes> types, Purpose purpose) {
    this.types = types;
    this.purpose = purpose;
  }

  /**
   * Returns the same for a gateway that is to run: a file or folder that a registry is read from
   * may be missing, which the registry's adapter then reports until it is there.
   */
  public ConfigLoader forServing() {
    return new ConfigLoader(types, Purpose.SERVING);
  }

  /**
   * Returns the same for where the registries are to be read: environment variables and files that
   * have a secret must be there, and hold one.
   */
  public ConfigLoader withSecrets() {
    return new ConfigLoader(types, Purpose.READING_REGISTRIES);
  }

  /**
   * Returns the same for where the gateway is to run: with secrets, what files of registries
   * contain, and the place of the store.
   */
  public ConfigLoader thorough() {
    return new ConfigLoader(types, Purpose.CHECKING);
  }

  /** Returns what is in the folder of adapters and not used. */
  public List<LeftOutAdapter> leftOut() {
    return types.get().leftOut();
  }

  /** Loads a file. A file that cannot be read is a problem like any other. */
  public ConfigResult load(Path file) {
    return read(file).result();
  }

  /**
   * A text and what it says.
   *
   * @param content the text, empty if the file could not be read
   * @param result what it says
   */
  public record Text(String content, ConfigResult result) {}

  /** Loads a file and gives its text, too: for watching it from there on. */
  public Text read(Path file) {
    try {
      // A pipe that is named on purpose, such as /dev/stdin, is read once; it cannot be watched.
      String content =
          purpose != Purpose.SERVING && isStandardInput(file)
              ? Files.readString(file, StandardCharsets.UTF_8)
              : RegularFile.readText(file, MAX_BYTES);
      return new Text(content, parse(file, content));
    } catch (IOException e) {
      return unreadable(file, whyUnreadable(e));
    }
  }

  /** Returns why a configuration file cannot be read, and what was expected. */
  public static String whyUnreadable(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file (expected: a configuration file)";
    }
    if (failure instanceof CharacterCodingException) {
      return "not UTF-8 (expected: a text in UTF-8)";
    }
    if (failure instanceof AccessDeniedException) {
      return "access denied (expected: readable for this process)";
    }
    return Causes.advised(
        failure instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : Causes.of(failure),
        "a regular file");
  }

  private static boolean isStandardInput(Path file) {
    return file.equals(Path.of("/dev/stdin")) || file.startsWith(Path.of("/dev/fd"));
  }

  private static Text unreadable(Path file, String what) {
    Problem problem = new Problem(file, 1, 1, KeyPath.ROOT, what);
    return new Text("", new ConfigResult.Invalid(List.of(problem)));
  }

  /**
   * Loads a text.
   *
   * @param file where it is from; relative paths in it are relative to that file's folder
   */
  public ConfigResult parse(Path file, String text) {
    YamlReader.Result read = YamlReader.read(file, text);
    if (read.document().isEmpty()) {
      return new ConfigResult.Invalid(read.problems());
    }
    YamlDocument document = read.document().get();
    Problems problems = new Problems(file, document, read.problems());
    Path parent = file.toAbsolutePath().getParent();
    Path folder = parent == null ? file.toAbsolutePath() : parent;
    Problems warnings = new Problems(file, document, List.of());
    ElementBinder elements = new ElementBinder(problems, warnings, types.get());
    Optional<GatewayConfig> config =
        new RecordBinder(problems, folder, elements)
            .bind(document.root(), KeyPath.ROOT, KeyedRecord.of(GatewayConfig.class));
    config.ifPresent(bound -> SemanticChecks.check(bound, problems));
    config.ifPresent(bound -> checkPlace(bound, problems, warnings));
    List<Problem> all = problems.all();
    return all.isEmpty() && config.isPresent()
        ? new ConfigResult.Loaded(config.get(), text, warnings.all())
        : new ConfigResult.Invalid(all);
  }

  private void checkPlace(GatewayConfig config, Problems problems, Problems warnings) {
    if (purpose.needsSecrets()) {
      FileChecks.checkSecrets(config.admin(), "admin", problems);
    }
    if (purpose == Purpose.CHECKING) {
      FileChecks.checkTls(config.xds().tls(), "xds.tls", problems);
      FileChecks.checkTls(config.admin().tls(), "admin.tls", problems);
      FileChecks.checkStore(config.store().path(), problems, warnings);
      SemanticChecks.warn(config, warnings);
    }
  }

  /**
   * The registries and config sources of one file, each by the keys of its type. Confined to the
   * thread that loads.
   */
  private final class ElementBinder implements RecordBinder.ElementReader {
    private final Problems problems;
    private final Problems warnings;
    private final TypedElements<RegistryAdapterFactory<?>, RegistryConfig.Shared> registries;
    private final TypedElements<ConfigSourceFactory<?>, ConfigSourceConfig.Shared> configs;

    ElementBinder(Problems problems, Problems warnings, AdapterTypes types) {
      this.problems = problems;
      this.warnings = warnings;
      this.registries =
          new TypedElements<>(
              problems,
              RegistryConfig.Shared.class,
              types.byName(),
              factory -> KeyedRecord.of(factory.configurationType()),
              leftOut(types));
      this.configs =
          new TypedElements<>(
              problems,
              ConfigSourceConfig.Shared.class,
              types.configSources(),
              factory -> KeyedRecord.of(factory.configurationType()),
              leftOut(types));
    }

    @Override
    public Optional<RegistryConfig> registry(RecordBinder binder, JsonNode node, String path) {
      return registries
          .read(binder, node, path, this::checkFiles)
          .map(bound -> new RegistryConfig(bound.shared(), bound.own(), bound.factory()))
          .map(config -> checked(config, binder, path));
    }

    @Override
    public Optional<ConfigSourceConfig> configSource(
        RecordBinder binder, JsonNode node, String path) {
      return configs
          .read(binder, node, path, this::checkFiles)
          .map(bound -> new ConfigSourceConfig(bound.shared(), bound.own(), bound.factory()))
          .map(config -> checked(config, path));
    }

    private ConfigSourceConfig checked(ConfigSourceConfig config, String path) {
      if (purpose == Purpose.CHECKING && !problems.isWithin(path)) {
        config
            .problems()
            .forEach(
                (severity, lines) ->
                    (severity == ConfigProblem.Severity.ERROR ? problems : warnings)
                        .at(path, lines));
      }
      return config;
    }

    private RegistryConfig checked(RegistryConfig config, RecordBinder binder, String path) {
      if (purpose == Purpose.CHECKING && !problems.isWithin(path)) {
        problems.at(path, config.problems());
      }
      KeyedRecord<RegistryConfig.Shared> keys = registries.sharedKeys();
      binder.attempt(path, keys, () -> config.template("host", config.hostTemplate()));
      binder.attempt(path, keys, () -> config.template("namespace", config.namespaceTemplate()));
      binder.attempt(path, keys, config::policy);
      return config;
    }

    private static String leftOut(AdapterTypes types) {
      return types.leftOut().isEmpty()
          ? ""
          : "; left out is "
              + types.leftOut().stream()
                  .map(LeftOutAdapter::toString)
                  .collect(Collectors.joining("; "));
    }

    private void checkFiles(Record own, String path) {
      if (purpose == Purpose.SERVING) {
        FileChecks.checkForServing(own, path, problems);
      } else {
        FileChecks.check(own, path, problems);
      }
      if (purpose.needsSecrets()) {
        FileChecks.checkSecrets(own, path, problems);
      }
    }
  }
}
