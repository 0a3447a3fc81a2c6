package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.common.KeyedRecord;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.ConfigSourceFactory;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.testkit.RecordingSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterFolderTest {
  @TempDir Path temp = Path.of("");
  private Path folder = Path.of("");
  private AdapterJars jars = new AdapterJars(temp);
  private AdapterFolder adapters = folder();

  @BeforeEach
  void makeTheFolder() throws IOException {
    folder = Files.createDirectories(temp.resolve("adapters"));
    jars = new AdapterJars(temp);
    adapters = folder();
  }

  private AdapterFolder folder() {
    return new AdapterFolder(folder, AdapterFolderTest.class.getClassLoader());
  }

  private AdapterFolder.Content look() {
    return adapters.look(Set.of("consul", "file"), Set.of("nacos", "file"));
  }

  private List<String> types() {
    return look().registries().stream().<String>map(RegistryAdapterFactory::type).toList();
  }

  /** Returns what is said of the only one that is left out, without its folder. */
  private String leftOut() {
    List<LeftOutAdapter> all = look().leftOut();
    assertThat(all).hasSize(1);
    return all.get(0).toString().replace(folder + "/", "");
  }

  @Test
  void jarThatWorks_isThere_whateverElseIsBroken() throws IOException {
    jars.working(folder.resolve("good.jar"), "etcd");
    Files.writeString(folder.resolve("a-broken.jar"), "no jar");
    Files.writeString(folder.resolve("README.txt"), "no adapter");
    Files.createDirectories(folder.resolve("lost+found"));

    assertThat(types()).containsExactly("etcd");
    assertThat(leftOut()).startsWith("a-broken.jar: a-broken.jar is no jar: ").contains("expected");
  }

  @Test
  void folderThatIsMissing_hasNone() {
    adapters = new AdapterFolder(temp.resolve("none"), AdapterFolderTest.class.getClassLoader());

    assertThat(look().registries()).isEmpty();
    assertThat(look().leftOut()).isEmpty();
  }

  @Test
  void otherVersions_areLeftOut() throws IOException {
    Path classes = jars.compile("Factory", AdapterJars.factory("etcd", ""));
    Path jar = folder.resolve("etcd.jar");

    AdapterJars.jar(jar, classes, null, "thirdparty.Factory", "");
    assertThat(leftOut())
        .isEqualTo(
            "etcd.jar: no Fairlead-SPI-Version in its manifest (expected: the version of the SPI"
                + " that it was made for, such as 1.0)");
    AdapterJars.jar(jar, classes, "new", "thirdparty.Factory", "");
    assertThat(leftOut()).isEqualTo("etcd.jar: Fairlead-SPI-Version: new (expected: such as 1.0)");
    AdapterJars.jar(jar, classes, "1.99", "thirdparty.Factory", "");
    assertThat(leftOut())
        .isEqualTo(
            "etcd.jar: made for version 1.99 of the SPI, this gateway has 1.0 (expected: a newer"
                + " gateway, or an older release of the adapter)");
    AdapterJars.jar(jar, classes, "0.9", "thirdparty.Factory", "");
    assertThat(leftOut()).endsWith("(expected: a newer release of the adapter)");
    AdapterJars.jar(jar, classes, "1.0", "thirdparty.Factory", "");
    assertThat(types()).containsExactly("etcd");
  }

  @Test
  void serviceFileThatIsNone_isLeftOut() throws IOException {
    Path classes = jars.compile("Factory", AdapterJars.factory("etcd", ""));
    Path jar = folder.resolve("etcd.jar");

    AdapterJars.jar(jar, classes, "1.0", null, "");
    assertThat(leftOut())
        .startsWith(
            "etcd.jar: no "
                + AdapterJars.SERVICE
                + " and no "
                + AdapterJars.SOURCE_SERVICE
                + " in it (expected:");
    AdapterJars.jar(jar, classes, "1.0", "# none\n", "");
    assertThat(leftOut()).endsWith("is empty (expected: the name of a class)");
    AdapterJars.jar(jar, classes, "1.0", "thirdparty.Other\n", "");
    assertThat(leftOut())
        .startsWith("etcd.jar: ")
        .contains("thirdparty.Other")
        .contains("expected");
    AdapterJars.jar(jar, classes, "1.0", "thirdparty.Factory$Configuration\n", "");
    assertThat(leftOut()).startsWith("etcd.jar: ").contains("not a subtype");
  }

  @Test
  void constructorThatThrows_isLeftOut() throws IOException {
    Path classes =
        jars.compile(
            "Factory",
            AdapterJars.factory(
                "etcd", "if (true) throw new IllegalStateException(\"no licence\");"));
    AdapterJars.jar(folder.resolve("etcd.jar"), classes, "1.0", "thirdparty.Factory", "");

    assertThat(leftOut())
        .isEqualTo("etcd.jar: its factory failed: no licence (expected: a factory that works)");
  }

  @Test
  void classThatIsMissing_isLeftOut_untilItsJarIsBesideIt() throws IOException {
    Path library =
        jars.compile("Library", "package thirdparty; public class Library { public int x = 1; }");
    Path classes = jars.compile("Factory", AdapterJars.factory("etcd", "new Library();"), library);
    AdapterJars.jar(folder.resolve("etcd.jar"), classes, "1.0", "thirdparty.Factory", "");
    assertThat(leftOut())
        .isEqualTo(
            "etcd.jar: the class thirdparty.Library is missing (expected: in its jar, or in one"
                + " beside it in a folder)");

    Path own = Files.createDirectories(folder.resolve("etcd"));
    Files.move(folder.resolve("etcd.jar"), own.resolve("etcd.jar"));
    AdapterJars.jar(own.resolve("library.jar"), library, null, null, "");

    assertThat(types()).containsExactly("etcd");
    assertThat(look().leftOut()).isEmpty();
  }

  /** Else a newer Jackson of an adapter would be the gateway's, or the other way round. */
  @Test
  void librariesOfTheGateway_areNotSeen() throws IOException {
    Path classes =
        jars.compile(
            "Factory",
            AdapterJars.factory("etcd", "new com.fasterxml.jackson.databind.ObjectMapper();"));
    AdapterJars.jar(folder.resolve("etcd.jar"), classes, "1.0", "thirdparty.Factory", "");

    assertThat(leftOut()).contains("com.fasterxml.jackson.databind.ObjectMapper is missing");
  }

  @Test
  void twoOfOneType_theFirstIsUsed() throws IOException {
    jars.working(folder.resolve("etcd-1.jar"), "etcd");
    jars.working(folder.resolve("etcd-2.jar"), "etcd");
    assertThat(types()).containsExactly("etcd");
    assertThat(leftOut())
        .isEqualTo(
            "etcd-2.jar: type: etcd (expected: one adapter of a type; etcd-1.jar is it, remove one"
                + " of them and restart)");
  }

  @Test
  void typeThatIsBuiltIn_isLeftOut() throws IOException {
    jars.working(folder.resolve("consul.jar"), "consul");

    assertThat(leftOut()).contains("type: consul (expected: a type of its own");
  }

  @Test
  void laterLook_findsWhatWasDroppedIn_andKeepsWhatIsInUse() throws IOException {
    assertThat(types()).isEmpty();
    jars.working(folder.resolve("etcd.jar"), "etcd");
    RegistryAdapterFactory<?> first = look().registries().get(0);
    assertThat(look().registries()).containsExactly(first);

    jars.working(folder.resolve("zoo.jar"), "zoo");
    Files.delete(folder.resolve("etcd.jar"));
    assertThat(look().registries()).hasSize(2).contains(first);

    jars.working(folder.resolve("etcd.jar"), "another");
    assertThat(look().registries()).hasSize(2).contains(first);
    assertThat(leftOut()).startsWith("etcd.jar: changed since it was loaded");
  }

  @Test
  void adapter_beginsWithItsOwnClassLoader_andItsFaultIsItsOwn() throws IOException {
    jars.working(folder.resolve("etcd.jar"), "etcd");
    RegistryAdapterFactory<?> factory = look().registries().get(0);

    assertThat(problem(factory, "10.0.0.1:1")).isEqualTo("adapter-etcd.jar");
    assertThat(problem(factory, "broken"))
        .isEqualTo("the adapter could not be made: no such address");
  }

  private static <C extends Record> String problem(
      RegistryAdapterFactory<C> factory, String address) {
    RecordingSink sink = new RecordingSink();
    C configuration = KeyedRecord.of(factory.configurationType()).with(Map.of("address", address));
    try (RegistryAdapter adapter =
        factory.create(new AdapterContext("shop", sink), configuration)) {
      adapter.start();
    }
    assertThat(sink.failures()).isEqualTo(1);
    return ((io.fairlead.registry.testkit.SinkEvent.ReadFailed) sink.events().get(0))
        .outcome()
        .problem();
  }

  private List<String> sourceTypes() {
    return look().configSources().stream().<String>map(ConfigSourceFactory::type).toList();
  }

  @Test
  void configSources_areThereToo_alsoBesideARegistryOfTheJar() throws IOException {
    jars.workingSource(folder.resolve("vault.jar"), "vault");
    // What registries are called is nothing to config sources.
    jars.workingBoth(folder.resolve("etcd.jar"), "etcd", "consul");

    assertThat(types()).containsExactly("etcd");
    assertThat(sourceTypes()).containsExactly("consul", "vault");
    assertThat(look().leftOut()).isEmpty();
  }

  @Test
  void jarWhoseConfigSourceCannotBeUsed_isLeftOutWhole() throws IOException {
    jars.workingBoth(folder.resolve("etcd.jar"), "etcd", "nacos");

    assertThat(types()).isEmpty();
    assertThat(sourceTypes()).isEmpty();
    assertThat(leftOut()).startsWith("etcd.jar: type: nacos (expected: a type of its own");
  }

  @Test
  void twoConfigSourcesOfOneType_theFirstIsUsed() throws IOException {
    jars.workingSource(folder.resolve("vault-1.jar"), "vault");
    jars.workingSource(folder.resolve("vault-2.jar"), "vault");

    assertThat(sourceTypes()).containsExactly("vault");
    assertThat(leftOut()).contains("vault-2.jar: type: vault (expected: one adapter of a type;");
  }

  @Test
  void configSource_beginsWithItsOwnClassLoader_andItsFaultIsItsOwn() throws IOException {
    jars.workingSource(folder.resolve("vault.jar"), "vault");
    ConfigSourceFactory<?> factory = look().configSources().get(0);

    assertThat(told(factory, "web")).isEqualTo("adapter-vault.jar");
    assertThat(told(factory, "broken"))
        .isEqualTo("the config source could not be made: no such resource");
    assertThat(told(factory, "late")).isEqualTo("the config source could not be started: too late");
    assertThat(checked(factory))
        .containsExactly("the config source could not be checked: nobody looks at it");
  }

  /** Returns the key of the document that a source gives, or what it says instead. */
  private static <C extends Record> String told(ConfigSourceFactory<C> factory, String resource) {
    List<String> told = new ArrayList<>();
    ConfigSink sink =
        new ConfigSink() {
          @Override
          public void resync(Collection<ConfigDocument> all) {
            all.forEach(document -> told.add(document.key()));
          }

          @Override
          public void changed(Collection<ConfigDocument> put, Collection<String> removed) {
            told.add("changed");
          }

          @Override
          public void alive() {
            told.add("alive");
          }

          @Override
          public void failing(String problem, Throwable cause) {
            told.add(problem);
          }
        };
    try (ConfigSource source =
        factory.create(
            new ConfigSourceContext("mesh", sink),
            KeyedRecord.of(factory.configurationType()).with(Map.of("resource", resource)))) {
      source.start();
    }
    assertThat(told).hasSize(1);
    return told.get(0);
  }

  private static <C extends Record> List<String> checked(ConfigSourceFactory<C> factory) {
    return factory
        .contents(KeyedRecord.of(factory.configurationType()).with(Map.of("resource", "web")))
        .problems();
  }

  @Test
  void unknownType_namesWhatIsLeftOut() throws IOException {
    Files.writeString(folder.resolve("etcd.jar"), "no jar");
    ConfigLoader loader = new ConfigLoader(InstalledAdapters.in(folder));

    ConfigResult result =
        loader.parse(temp.resolve("fairlead.yaml"), "registries: [{name: a, type: etcd}]\n");

    assertThat(((ConfigResult.Invalid) result).problems())
        .anySatisfy(
            problem ->
                assertThat(problem.text())
                    .startsWith("etcd (expected: one of ")
                    .contains(
                        "; left out is " + folder.resolve("etcd.jar") + ": etcd.jar is no jar"));
  }

  @Test
  void unknownTypeOfConfigSource_namesWhatIsLeftOut_too() throws IOException {
    Files.writeString(folder.resolve("vault.jar"), "no jar");
    ConfigLoader loader = new ConfigLoader(InstalledAdapters.in(folder));

    ConfigResult result =
        loader.parse(temp.resolve("fairlead.yaml"), "configs: [{name: a, type: vault}]\n");

    assertThat(((ConfigResult.Invalid) result).problems())
        .anySatisfy(
            problem ->
                assertThat(problem.text())
                    .startsWith("vault (expected: one of ")
                    .contains("; left out is " + folder.resolve("vault.jar")));
  }

  @Test
  void version_isThatOfTheBuild() {
    assertThat(RegistryAdapterFactory.SPI_VERSION)
        .isEqualTo(System.getProperty("fairlead.spi.version"));
  }
}
