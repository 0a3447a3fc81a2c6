package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** A maker of jars of adapters, compiled here and now. Confined to one thread. */
final class AdapterJars {
  static final String SERVICE = "META-INF/services/io.fairlead.registry.RegistryAdapterFactory";
  static final String SOURCE_SERVICE = "META-INF/services/io.fairlead.configs.ConfigSourceFactory";

  private final Path work;

  AdapterJars(Path work) {
    this.work = work;
  }

  /** Returns the source of a factory of a type, with code in its constructor. */
  static String factory(String type, String constructor) {
    return """
        package thirdparty;

        import io.fairlead.registry.*;

        public final class Factory implements RegistryAdapterFactory<Factory.Configuration> {
          public record Configuration(@io.fairlead.common.Key("the address") String address) {}

          public Factory() {
            %s
          }

          public String type() { return "%s"; }
          public Class<Configuration> configurationType() { return Configuration.class; }
          public String defaultHost() { return "{service}.%s"; }
          public RegistryAdapter create(AdapterContext context, Configuration configuration) {
            if (configuration.address().equals("broken")) {
              throw new IllegalStateException("no such address");
            }
            return new RegistryAdapter() {
              public void start() {
                String seen = Thread.currentThread().getContextClassLoader().getName();
                context.sink().resync(new ReadOutcome.Failed(seen, new Exception(seen)));
              }
              public void close() {}
            };
          }
        }
        """
        .formatted(constructor, type, type);
  }

  /**
   * Returns the source of a factory of a config source, whose document has a VirtualService of the
   * name that is configured.
   */
  static String sourceFactory(String type) {
    return """
        package thirdparty;

        import io.fairlead.configs.*;
        import java.util.List;

        public final class SourceFactory
            implements ConfigSourceFactory<SourceFactory.Configuration> {
          public record Configuration(@io.fairlead.common.Key("the resource") String resource) {}

          public String type() { return "%s"; }
          public Class<Configuration> configurationType() { return Configuration.class; }
          public FileContents contents(Configuration configuration) {
            throw new IllegalStateException("nobody looks at it");
          }
          public ConfigSource create(ConfigSourceContext context, Configuration configuration) {
            if (configuration.resource().equals("broken")) {
              throw new IllegalStateException("no such resource");
            }
            return new ConfigSource() {
              public void start() {
                if (configuration.resource().equals("late")) {
                  throw new IllegalStateException("too late");
                }
                String loader = Thread.currentThread().getContextClassLoader().getName();
                String text = "apiVersion: networking.istio.io/v1\\n"
                    + "kind: VirtualService\\n"
                    + "metadata: {name: " + configuration.resource() + "}\\n"
                    + "spec: {hosts: [a.test], http: [{route: [{destination: {host: a.test}}]}]}";
                context.sink().resync(List.of(new ConfigDocument(loader, text)));
              }
              public void close() {}
            };
          }
        }
        """
        .formatted(type);
  }

  /** Compiles a class of the package {@code thirdparty} and returns the folder with the classes. */
  Path compile(String name, String source, Path... classpath) throws IOException {
    Path folder = Files.createTempDirectory(work, "classes");
    Path file = Files.createDirectories(folder.resolve("src")).resolve(name + ".java");
    Files.writeString(file, source);
    List<String> path = new ArrayList<>(List.of(System.getProperty("java.class.path")));
    Stream.of(classpath).map(Path::toString).forEach(path::add);
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-d",
                Files.createDirectories(folder.resolve("out")).toString(),
                "-cp",
                String.join(java.io.File.pathSeparator, path),
                file.toString());
    assertThat(result).as("javac of %s", name).isZero();
    return folder.resolve("out");
  }

  /**
   * Writes a jar.
   *
   * @param version the version of the SPI in its manifest; null for none
   * @param services the lines of its service file; null for no such file
   * @param but a class that is left out; empty for none
   */
  static void jar(
      Path jar, Path classes, @Nullable String version, @Nullable String services, String but)
      throws IOException {
    Map<String, String> files = services == null ? Map.of() : Map.of(SERVICE, services);
    jar(jar, List.of(classes), version, files, but);
  }

  private static void jar(
      Path jar,
      List<Path> classes,
      @Nullable String version,
      Map<String, String> services,
      String but)
      throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (version != null) {
      manifest.getMainAttributes().putValue("Fairlead-SPI-Version", version);
    }
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      for (Path folder : classes) {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
            if (!file.getFileName().toString().equals(but + ".class")) {
              entries.putNextEntry(new JarEntry(folder.relativize(file).toString()));
              entries.write(Files.readAllBytes(file));
            }
          }
        }
      }
      for (Map.Entry<String, String> service : services.entrySet()) {
        entries.putNextEntry(new JarEntry(service.getKey()));
        entries.write(service.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /** Writes the jar of an adapter that works. */
  void working(Path jar, String type) throws IOException {
    Path classes = compile("Factory", factory(type, ""));
    jar(jar, classes, "1.0", "thirdparty.Factory\n", "");
  }

  /** Writes the jar of a config source that works. */
  void workingSource(Path jar, String type) throws IOException {
    Path classes = compile("SourceFactory", sourceFactory(type));
    Map<String, String> services = Map.of(SOURCE_SERVICE, "thirdparty.SourceFactory\n");
    jar(jar, List.of(classes), "1.0", services, "");
  }

  /** Writes a jar with an adapter and a config source, each of a type. */
  void workingBoth(Path jar, String registry, String configSource) throws IOException {
    jar(
        jar,
        List.of(
            compile("Factory", factory(registry, "")),
            compile("SourceFactory", sourceFactory(configSource))),
        "1.0",
        Map.of(SERVICE, "thirdparty.Factory\n", SOURCE_SERVICE, "thirdparty.SourceFactory\n"),
        "");
  }
}
