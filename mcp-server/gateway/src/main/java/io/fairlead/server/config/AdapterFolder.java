package io.fairlead.server.config;

import io.fairlead.common.Causes;
import io.fairlead.common.KeyedRecord;
import io.fairlead.configs.ConfigSourceFactory;
import io.fairlead.registry.RegistryAdapterFactory;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of adapters that are dropped in: each is a jar, or a folder with its jars, for a type
 * of registry, of config source, or one of each. It has a class loader of its own ({@link
 * AdapterParent}). What cannot be used is left out with the reason. Thread-safe.
 */
final class AdapterFolder {
  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  // What file systems and Kubernetes put into a volume by themselves begins so.
  private static final String HIDDEN = ".";

  private final Path folder;
  private final ClassLoader gateway;
  // By the path of the jar or folder; guarded by "this".
  private final Map<Path, Entry> entries = new TreeMap<>();

  /** A kind of factory that a jar may have. */
  private enum Kind {
    REGISTRY(RegistryAdapterFactory.class, RegistryConfig.Shared.class),
    CONFIG_SOURCE(ConfigSourceFactory.class, ConfigSourceConfig.Shared.class);

    private final Class<?> factory;
    private final Class<? extends Record> sharedKeys;

    Kind(Class<?> factory, Class<? extends Record> sharedKeys) {
      this.factory = factory;
      this.sharedKeys = sharedKeys;
    }

    String service() {
      return "META-INF/services/" + factory.getName();
    }
  }

  /** A type of registry or config source. */
  private record TypeName(Kind kind, String type) {}

  /**
   * A jar or folder as it was when it was loaded.
   *
   * @param stamp its files with their sizes and times
   * @param registry null if it has none, or is left out
   * @param configSource null if it has none, or is left out
   * @param problem empty unless it is left out
   */
  private record Entry(
      String stamp,
      @Nullable RegistryAdapterFactory<?> registry,
      @Nullable ConfigSourceFactory<?> configSource,
      String problem) {
    boolean isLeftOut() {
      return !problem.isEmpty();
    }
  }

  AdapterFolder(Path folder, ClassLoader gateway) {
    this.folder = folder;
    this.gateway = gateway;
  }

  /** The adapters of the folder. */
  record Content(
      List<RegistryAdapterFactory<?>> registries,
      List<ConfigSourceFactory<?>> configSources,
      List<LeftOutAdapter> leftOut) {}

  /** The types that are taken: the built-in ones, and those of the folder with their jars. */
  private static final class Taken {
    private final Set<TypeName> builtIn = new HashSet<>();
    private final Map<TypeName, Path> dropped = new HashMap<>();
    private final Content content =
        new Content(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

    void take(Path path, Entry entry) {
      RegistryAdapterFactory<?> registry = entry.registry();
      if (registry != null) {
        dropped.put(new TypeName(Kind.REGISTRY, registry.type()), path);
        content.registries().add(registry);
      }
      ConfigSourceFactory<?> configSource = entry.configSource();
      if (configSource != null) {
        dropped.put(new TypeName(Kind.CONFIG_SOURCE, configSource.type()), path);
        content.configSources().add(configSource);
      }
    }
  }

  /**
   * Looks at the folder and loads what is new in it. What was loaded before stays until the end of
   * the process, even if its jar was changed or is gone: classes that are in use cannot be taken
   * back.
   *
   * @param registries the types of registries that there are without the folder
   * @param configSources the same of config sources
   */
  synchronized Content look(Collection<String> registries, Collection<String> configSources) {
    Taken taken = new Taken();
    registries.forEach(type -> taken.builtIn.add(new TypeName(Kind.REGISTRY, type)));
    configSources.forEach(type -> taken.builtIn.add(new TypeName(Kind.CONFIG_SOURCE, type)));
    List<LeftOutAdapter> leftOut = taken.content.leftOut();
    Map<Path, List<Path>> found = new TreeMap<>();
    try {
      found.putAll(list());
    } catch (IOException e) {
      leftOut.add(
          new LeftOutAdapter(
              folder, "cannot be read: " + Causes.advised(Causes.of(e), "a readable folder")));
    }
    // What was left out may be mended, or gone.
    entries.values().removeIf(Entry::isLeftOut);
    entries.forEach(taken::take);
    found.forEach(
        (path, jars) -> {
          Entry before = entries.get(path);
          Entry now = before == null ? load(jars, taken) : before;
          entries.put(path, now);
          if (now.isLeftOut()) {
            leftOut.add(new LeftOutAdapter(path, now.problem()));
          } else if (before == null) {
            taken.take(path, now);
          } else if (!before.stamp().equals(stamp(jars))) {
            leftOut.add(
                new LeftOutAdapter(
                    path,
                    "changed since it was loaded, which stays in use (expected: a restart, which"
                        + " takes the new one)"));
          }
        });
    return taken.content;
  }

  private Map<Path, List<Path>> list() throws IOException {
    Map<Path, List<Path>> found = new TreeMap<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    for (Path path : children(folder)) {
      if (Files.isDirectory(path)) {
        List<Path> jars = children(path).stream().filter(AdapterFolder::isJar).toList();
        if (!jars.isEmpty()) {
          found.put(path, jars);
        }
      } else if (isJar(path)) {
        found.put(path, List.of(path));
      }
    }
    return found;
  }

  private static List<Path> children(Path folder) throws IOException {
    // A folder that only its owner may read, such as the lost+found of a disk, has no adapter.
    if (!Files.isReadable(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .filter(path -> !path.getFileName().toString().startsWith(HIDDEN))
          .sorted()
          .toList();
    }
  }

  private static boolean isJar(Path path) {
    return path.getFileName().toString().endsWith(".jar");
  }

  private static String stamp(List<Path> jars) {
    StringBuilder stamp = new StringBuilder();
    for (Path jar : jars) {
      try {
        stamp.append(jar).append(' ').append(Files.size(jar)).append(' ');
        stamp.append(Files.getLastModifiedTime(jar)).append('\n');
      } catch (IOException e) {
        stamp.append(jar).append(" unreadable\n");
      }
    }
    return stamp.toString();
  }

  // ---- One adapter ----------------------------------------------------------------------------

  private Entry load(List<Path> jars, Taken taken) {
    // Before the jars are read: what changes meanwhile is seen later.
    String stamp = stamp(jars);
    try {
      return load(stamp, jars, kinds(jars), taken);
    } catch (UnusableException e) {
      return new Entry(stamp, null, null, String.valueOf(e.getMessage()));
    }
  }

  /** The reason why an adapter is left out; the message is for people. */
  private static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableException(String problem) {
      super(problem);
    }
  }

  /** Returns what the jars have, at least one. */
  private static Set<Kind> kinds(List<Path> jars) throws UnusableException {
    Set<Kind> found = EnumSet.noneOf(Kind.class);
    for (Path path : jars) {
      try (JarFile jar = new JarFile(path.toFile())) {
        List<Kind> kinds =
            Stream.of(Kind.values()).filter(kind -> jar.getEntry(kind.service()) != null).toList();
        if (!kinds.isEmpty()) {
          found.addAll(kinds);
          Manifest manifest = jar.getManifest();
          Optional<String> version =
              Optional.ofNullable(manifest)
                  .map(it -> it.getMainAttributes().getValue(SpiVersion.ATTRIBUTE));
          Optional<String> problem = SpiVersion.problem(version);
          if (problem.isPresent()) {
            throw new UnusableException(problem.get());
          }
        }
      } catch (IOException e) {
        throw new UnusableException(
            path.getFileName() + " is no jar: " + Causes.advised(Causes.of(e), "a whole jar"));
      }
    }
    if (found.isEmpty()) {
      throw new UnusableException(
          "no "
              + Kind.REGISTRY.service()
              + " and no "
              + Kind.CONFIG_SOURCE.service()
              + " in it (expected: one of these files, with the name of the factory's class;"
              + " libraries of an adapter go with its jar into a folder)");
    }
    return found;
  }

  private Entry load(String stamp, List<Path> jars, Set<Kind> kinds, Taken taken)
      throws UnusableException {
    URLClassLoader loader = loader(jars);
    try {
      RegistryAdapterFactory<?> registry = null;
      if (kinds.contains(Kind.REGISTRY)) {
        registry = isolated(only(Kind.REGISTRY, RegistryAdapterFactory.class, loader), loader);
        check(Kind.REGISTRY, registry.type(), registry.configurationType(), taken);
      }
      ConfigSourceFactory<?> configSource = null;
      if (kinds.contains(Kind.CONFIG_SOURCE)) {
        configSource =
            isolated(only(Kind.CONFIG_SOURCE, ConfigSourceFactory.class, loader), loader);
        check(Kind.CONFIG_SOURCE, configSource.type(), configSource.configurationType(), taken);
      }
      return new Entry(stamp, registry, configSource, "");
    } catch (RuntimeException | LinkageError | ServiceConfigurationError e) {
      close(loader);
      throw new UnusableException(reason(e));
    } catch (UnusableException e) {
      close(loader);
      throw e;
    }
  }

  private URLClassLoader loader(List<Path> jars) throws UnusableException {
    try {
      URL[] urls = new URL[jars.size()];
      for (int i = 0; i < urls.length; i++) {
        urls[i] = jars.get(i).toUri().toURL();
      }
      return new URLClassLoader(
          "adapter-" + jars.get(0).getFileName(), urls, new AdapterParent(gateway));
    } catch (IOException e) {
      throw new UnusableException("its jars have no address: " + Causes.of(e));
    }
  }

  private static <F> F only(Kind kind, Class<F> service, ClassLoader loader)
      throws UnusableException {
    Iterator<F> all = ServiceLoader.load(service, loader).iterator();
    if (!all.hasNext()) {
      throw new UnusableException(kind.service() + " is empty (expected: the name of a class)");
    }
    F factory = all.next();
    if (all.hasNext()) {
      throw new UnusableException(
          kind.service() + " has more than one line (expected: one adapter in a jar or folder)");
    }
    return factory;
  }

  private static <C extends Record> IsolatedFactory<C> isolated(
      RegistryAdapterFactory<C> factory, ClassLoader loader) {
    return new IsolatedFactory<>(factory, loader);
  }

  private static <C extends Record> IsolatedSourceFactory<C> isolated(
      ConfigSourceFactory<C> factory, ClassLoader loader) {
    return new IsolatedSourceFactory<>(factory, loader);
  }

  private static void check(
      Kind kind, String type, Class<? extends Record> configuration, Taken taken)
      throws UnusableException {
    if (!TYPE.matcher(type).matches()) {
      throw new UnusableException(
          "type: " + type + " (expected: lower-case letters, digits and hyphens, a letter first)");
    }
    TypeName name = new TypeName(kind, type);
    if (taken.builtIn.contains(name)) {
      throw new UnusableException(
          "type: " + type + " (expected: a type of its own; the gateway has this one built in)");
    }
    Path other = taken.dropped.get(name);
    if (other != null) {
      throw new UnusableException(
          "type: "
              + type
              + " (expected: one adapter of a type; "
              + other.getFileName()
              + " is it, remove one of them and restart)");
    }
    AdapterTypes.refuseSharedKeys(type, configuration, kind.sharedKeys);
    Object unused = KeyedRecord.of(configuration).keys();
  }

  private static String reason(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof ServiceConfigurationError && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof NoClassDefFoundError || cause instanceof ClassNotFoundException) {
      return "the class "
          + String.valueOf(cause.getMessage()).replace('/', '.')
          + " is missing (expected: in its jar, or in one beside it in a folder)";
    }
    if (cause instanceof ServiceConfigurationError) {
      // The service's name is not what is wrong.
      return String.valueOf(cause.getMessage())
              .replace(RegistryAdapterFactory.class.getName() + ": ", "")
              .replace(ConfigSourceFactory.class.getName() + ": ", "")
          + " (expected: a public class with a public constructor without parameters)";
    }
    if (cause instanceof LinkageError) {
      return "made for other classes: "
          + cause.getMessage()
          + " (expected: an adapter for version "
          + SpiVersion.CURRENT
          + " of the SPI)";
    }
    return Causes.advised("its factory failed: " + Causes.of(cause), "a factory that works");
  }

  private static void close(URLClassLoader loader) {
    try {
      loader.close();
    } catch (IOException e) {
      // It is left out all the same; the file is closed at the end.
    }
  }
}
