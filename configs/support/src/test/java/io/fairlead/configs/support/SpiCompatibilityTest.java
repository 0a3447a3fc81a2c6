package io.fairlead.configs.support;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.common.Key;
import io.fairlead.configs.ConfigSourceFactory;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.support.RegistryMirror;
import japicmp.cmp.JApiCmpArchive;
import japicmp.cmp.JarArchiveComparator;
import japicmp.cmp.JarArchiveComparatorOptions;
import japicmp.model.AccessModifier;
import japicmp.model.JApiChangeStatus;
import japicmp.model.JApiClass;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javassist.CannotCompileException;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.CtMethod;
import javassist.NotFoundException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A comparison of the SPI, that of adapters and that of config sources, with the version which its
 * number names: {@code baseline/spi-VERSION.jar} has its classes. What an adapter or a source would
 * have to be changed for raises the major number, what is added the minor one once the version is
 * in {@code baseline/released.txt}; the command that the message has writes the next baseline then.
 * It is in this module because that sees all of the SPI.
 */
class SpiCompatibilityTest {
  private static final Path BASELINES =
      Path.of(System.getProperty("fairlead.root")).resolve("configs/support/baseline");
  private static final String COMMAND =
      "mvn -pl configs/support -am test -Dtest=SpiCompatibilityTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dfairlead.baseline=write";
  private static final String ADDS = "adds: ";
  private static final List<Class<?>> ONE_OF_EACH_MODULE =
      List.of(
          Key.class,
          RegistryAdapterFactory.class,
          RegistryMirror.class,
          ConfigSourceFactory.class,
          PolledConfigSource.class);

  @TempDir Path temp = Path.of("");

  @Test
  void spi_isWhatItsVersionSays() throws Exception {
    Path now = jar("now.jar", classes());
    Path baseline = BASELINES.resolve("spi-" + RegistryAdapterFactory.SPI_VERSION + ".jar");
    if (System.getProperty("fairlead.baseline", "").equals("write")) {
      Files.createDirectories(BASELINES);
      Files.copy(now, baseline, StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(baseline)
        .as("the classes of version %s; write them by: %s", baseline.getFileName(), COMMAND)
        .exists();

    List<String> differences = differences(baseline, now);
    if (!isReleased()) {
      differences.removeIf(difference -> difference.startsWith(ADDS));
    }

    assertThat(differences)
        .as(
            "differences from version %s of the SPI. Additions: raise the minor number of"
                + " RegistryAdapterFactory.SPI_VERSION and of fairlead.spi.version in pom.xml;"
                + " breaks: the major one. Then write its baseline: %s (that of a version which was"
                + " not released may be written again)",
            RegistryAdapterFactory.SPI_VERSION, COMMAND)
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "io.fairlead.common.Key, value",
    "io.fairlead.registry.RegistrySink, removed",
    "io.fairlead.registry.support.RegistryMirror, changed",
    "io.fairlead.configs.ConfigSink, alive",
    "io.fairlead.configs.ConfigSourceFactory, contents",
    "io.fairlead.configs.support.PolledConfigSource, lookSoon"
  })
  void methodThatIsTakenAway_isABreak(String type, String method) throws Exception {
    Map<String, byte[]> classes = classes();
    Map<String, byte[]> fewer = new TreeMap<>(classes);
    fewer.compute(
        type.replace('.', '/') + ".class", (file, code) -> without(method, requireNonNull(code)));

    assertThat(differences(jar("all.jar", classes), jar("fewer.jar", fewer)))
        .containsExactly("breaks: " + type);
  }

  @Test
  void classThatIsNew_isAnAddition() throws Exception {
    Map<String, byte[]> classes = classes();
    Map<String, byte[]> fewer = new TreeMap<>(classes);
    fewer.remove("io/fairlead/configs/support/DocumentReport.class");
    Path all = jar("all.jar", classes);

    assertThat(differences(jar("fewer.jar", fewer), all))
        .containsExactly("adds: io.fairlead.configs.support.DocumentReport");
    assertThat(differences(all, all)).isEmpty();
  }

  private static byte[] without(String method, byte[] code) {
    try {
      CtClass type = new ClassPool(true).makeClass(new ByteArrayInputStream(code));
      for (CtMethod one : type.getDeclaredMethods(method)) {
        type.removeMethod(one);
      }
      return type.toBytecode();
    } catch (IOException | CannotCompileException | NotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isReleased() throws IOException {
    return Files.readAllLines(BASELINES.resolve("released.txt"))
        .contains(RegistryAdapterFactory.SPI_VERSION);
  }

  private static List<String> differences(Path old, Path now) {
    JarArchiveComparatorOptions options = new JarArchiveComparatorOptions();
    options.getIgnoreMissingClasses().setIgnoreAllMissingClasses(true);
    List<String> found = new ArrayList<>();
    List<JApiClass> classes =
        new JarArchiveComparator(options)
            .compare(
                new JApiCmpArchive(old.toFile(), "before"),
                new JApiCmpArchive(now.toFile(), "now"));
    for (JApiClass one : classes) {
      if (isPublic(one) && one.getChangeStatus() != JApiChangeStatus.UNCHANGED) {
        boolean fits = one.isBinaryCompatible() && one.isSourceCompatible();
        found.add((fits ? ADDS : "breaks: ") + one.getFullyQualifiedName());
      }
    }
    return found;
  }

  private static boolean isPublic(JApiClass one) {
    return Stream.of(
            one.getAccessModifier().getOldModifier(), one.getAccessModifier().getNewModifier())
        .anyMatch(modifier -> modifier.isPresent() && modifier.get() == AccessModifier.PUBLIC);
  }

  private static Map<String, byte[]> classes() throws URISyntaxException, IOException {
    Map<String, byte[]> classes = new TreeMap<>();
    for (Class<?> one : ONE_OF_EACH_MODULE) {
      Path place = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(place)) {
        folder(place, classes);
      } else {
        jar(place, classes);
      }
    }
    return classes;
  }

  private static void folder(Path folder, Map<String, byte[]> classes) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(file -> file.toString().endsWith(".class"))
          .forEach(file -> classes.put(folder.relativize(file).toString(), bytes(file)));
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void jar(Path file, Map<String, byte[]> classes) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      for (JarEntry entry : jar.stream().filter(it -> it.getName().endsWith(".class")).toList()) {
        classes.put(entry.getName(), jar.getInputStream(entry).readAllBytes());
      }
    }
  }

  /** Writes a jar that is the same for the same classes. */
  private Path jar(String name, Map<String, byte[]> classes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> one : classes.entrySet()) {
        JarEntry entry = new JarEntry(one.getKey());
        entry.setTime(1_767_225_600_000L);
        jar.putNextEntry(entry);
        jar.write(one.getValue());
      }
    }
    return Files.write(temp.resolve(name), bytes.toByteArray());
  }
}
