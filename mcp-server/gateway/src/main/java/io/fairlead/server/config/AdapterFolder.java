package io.fairlead.server.config;

import io.fairlead.common.Causes;
import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.RegistryAdapterFactory;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of adapters that are dropped in: each is a jar, or a folder with its jars. It has a
 * class loader of its own ({@link AdapterParent}). What cannot be used is left out with the reason.
 * Thread-safe.
 */
final class AdapterFolder {
  private static final String SERVICE =
      "META-INF/services/" + RegistryAdapterFactory.class.getName();
  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  // What file systems and Kubernetes put into a volume by themselves begins so.
  private static final String HIDDEN = ".";

  private final Path folder;
  private final ClassLoader gateway;
  // By the path of the jar or folder; guarded by "this".
  private final Map<Path, Entry> entries = new TreeMap<>();

  /**
   * A jar or folder as it was when it was loaded.
   *
   * @param stamp its files with their sizes and times
   * @param factory null if it is left out
   * @param problem empty unless it is left out
   */
  private record Entry(String stamp, @Nullable RegistryAdapterFactory<?> factory, String problem) {}

  AdapterFolder(Path folder, ClassLoader gateway) {
    this.folder = folder;
    this.gateway = gateway;
  }

  /** The adapters of the folder. */
  record Content(List<RegistryAdapterFactory<?>> factories, List<LeftOutAdapter> leftOut) {}

  /**
   * Looks at the folder and loads what is new in it. What was loaded before stays until the end of
   * the process, even if its jar was changed or is gone: classes that are in use cannot be taken
   * back.
   *
   * @param builtIn the types that there are without the folder
   */
  synchronized Content look(Collection<String> builtIn) {
    List<LeftOutAdapter> leftOut = new ArrayList<>();
    Map<Path, List<Path>> found = new TreeMap<>();
    try {
      found.putAll(list());
    } catch (IOException e) {
      leftOut.add(
          new LeftOutAdapter(
              folder, "cannot be read: " + Causes.advised(Causes.of(e), "a readable folder")));
    }
    // What was left out may be mended, or gone.
    entries.values().removeIf(entry -> entry.factory() == null);
    Map<String, Path> types = new TreeMap<>();
    List<RegistryAdapterFactory<?>> factories = new ArrayList<>();
    entries.forEach(
        (path, entry) -> {
          if (entry.factory() != null) {
            types.put(entry.factory().type(), path);
            factories.add(entry.factory());
          }
        });
    found.forEach(
        (path, jars) -> {
          Entry before = entries.get(path);
          Entry now = before == null ? load(jars, builtIn, types) : before;
          entries.put(path, now);
          if (now.factory() == null) {
            leftOut.add(new LeftOutAdapter(path, now.problem()));
          } else if (before == null) {
            types.put(now.factory().type(), path);
            factories.add(now.factory());
          } else if (!before.stamp().equals(stamp(jars))) {
            leftOut.add(
                new LeftOutAdapter(
                    path,
                    "changed since it was loaded, which stays in use (expected: a restart, which"
                        + " takes the new one)"));
          }
        });
    return new Content(factories, leftOut);
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

  private Entry load(List<Path> jars, Collection<String> builtIn, Map<String, Path> types) {
    // Before the jars are read: what changes meanwhile is seen later.
    String stamp = stamp(jars);
    try {
      checkJars(jars);
      RegistryAdapterFactory<?> factory = factory(jars, builtIn, types);
      return new Entry(stamp, factory, "");
    } catch (UnusableException e) {
      return new Entry(stamp, null, String.valueOf(e.getMessage()));
    }
  }

  /** The reason why an adapter is left out; the message is for people. */
  private static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableException(String problem) {
      super(problem);
    }
  }

  private static void checkJars(List<Path> jars) throws UnusableException {
    boolean hasService = false;
    for (Path path : jars) {
      try (JarFile jar = new JarFile(path.toFile())) {
        if (jar.getEntry(SERVICE) != null) {
          hasService = true;
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
    if (!hasService) {
      throw new UnusableException(
          "no "
              + SERVICE
              + " in it (expected: that file, with the name of the factory's class;"
              + " libraries of an adapter go with its jar into a folder)");
    }
  }

  private RegistryAdapterFactory<?> factory(
      List<Path> jars, Collection<String> builtIn, Map<String, Path> types)
      throws UnusableException {
    URLClassLoader loader = loader(jars);
    try {
      RegistryAdapterFactory<?> factory = isolated(only(loader), loader);
      check(factory, builtIn, types);
      return factory;
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

  @SuppressWarnings("rawtypes") // The service is a generic type.
  private static RegistryAdapterFactory<?> only(ClassLoader loader) throws UnusableException {
    Iterator<RegistryAdapterFactory> all =
        ServiceLoader.load(RegistryAdapterFactory.class, loader).iterator();
    if (!all.hasNext()) {
      throw new UnusableException(SERVICE + " is empty (expected: the name of a class)");
    }
    RegistryAdapterFactory<?> factory = all.next();
    if (all.hasNext()) {
      throw new UnusableException(
          SERVICE + " has more than one line (expected: one adapter in a jar or folder)");
    }
    return factory;
  }

  private static <C extends Record> IsolatedFactory<C> isolated(
      RegistryAdapterFactory<C> factory, ClassLoader loader) {
    return new IsolatedFactory<>(factory, loader);
  }

  private static void check(
      RegistryAdapterFactory<?> factory, Collection<String> builtIn, Map<String, Path> types)
      throws UnusableException {
    String type = factory.type();
    if (!TYPE.matcher(type).matches()) {
      throw new UnusableException(
          "type: " + type + " (expected: lower-case letters, digits and hyphens, a letter first)");
    }
    if (builtIn.contains(type)) {
      throw new UnusableException(
          "type: " + type + " (expected: a type of its own; the gateway has this one built in)");
    }
    Path other = types.get(type);
    if (other != null) {
      throw new UnusableException(
          "type: "
              + type
              + " (expected: one adapter of a type; "
              + other.getFileName()
              + " is it, remove one of them and restart)");
    }
    AdapterTypes.refuseSharedKeys(factory);
    Object unused = KeyedRecord.of(factory.configurationType()).keys();
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
