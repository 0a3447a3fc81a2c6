package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("fairlead.root", ".."), "versioning/src/test/resources/golden");

  private static ResourceContent golden(String name) {
    return switch (name) {
      case "plain" ->
          new ResourceContent(
              new ResourceKey(Resources.TYPE, "default/reviews.test"),
              Map.of("fairlead.io/registry", "dc1", "istio.io/rev", "canary"),
              Map.of("fairlead.io/service", "Reviews"),
              Set.of("canary"),
              Instant.parse("2020-01-01T00:00:00Z"),
              Resources.BODY,
              ByteString.copyFromUtf8("not parsed by anything here"));
      case "utf8" ->
          new ResourceContent(
              new ResourceKey(Resources.TYPE, "größe/你好-💥"),
              Map.of("z", "ß", "a", "é", "ä", "", "A", "1", "\u1e9e", "2"),
              Map.of("b", "\u0000", "a", "\n"),
              Set.of("canary", "stable"),
              Instant.parse("1969-12-31T23:59:59.999999999Z"),
              Resources.BODY,
              ByteString.copyFrom(new byte[] {0, -1, 127, -128}));
      case "empty" ->
          new ResourceContent(
              new ResourceKey(new ResourceType("", "Odd"), "n/e"),
              Map.of(),
              Map.of(),
              Set.of(),
              Instant.EPOCH,
              "",
              ByteString.EMPTY);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /**
   * The bytes and versions that were once given out. If this fails, every resource of every gateway
   * gets a new version on the upgrade, and every istiod makes a full push.
   */
  @ParameterizedTest
  @ValueSource(strings = {"plain", "utf8", "empty"})
  void encode_givesTheBytesAndVersionThatItAlwaysGave(String name) throws IOException {
    Resource resource = Resource.encode(golden(name));
    List<String> kept = Files.readAllLines(GOLDEN.resolve(name + ".txt"), StandardCharsets.UTF_8);
    assertThat(
            List.of(resource.version(), HexFormat.of().formatHex(resource.encoded().toByteArray())))
        .isEqualTo(kept);
  }

  @Test
  void encode_carriesEverythingThatIstiodReads() throws IOException {
    ResourceContent content = golden("plain");
    Resource resource = Resource.encode(content);
    assertThat(Any.parseFrom(resource.encoded()).getTypeUrl())
        .isEqualTo("type.googleapis.com/istio.mcp.v1alpha1.Resource");
    io.fairlead.istio.mcp.v1alpha1.Resource envelope = resource.decode();
    assertThat(envelope.getMetadata().getName()).isEqualTo("default/reviews.test");
    assertThat(envelope.getMetadata().getVersion()).isEqualTo(resource.version());
    assertThat(envelope.getMetadata().getLabelsMap()).isEqualTo(content.labels());
    assertThat(envelope.getMetadata().getAnnotationsMap()).isEqualTo(content.annotations());
    assertThat(envelope.getMetadata().getCreateTime().getSeconds()).isEqualTo(1577836800);
    assertThat(envelope.getBody().getTypeUrl()).isEqualTo(Resources.BODY);
    assertThat(envelope.getBody().getValue()).isEqualTo(content.body());
    assertThat(resource.version()).matches("[0-9a-f]{32}");
  }

  @Property
  void version_doesNotDependOnTheOrderInWhichMapsWereFilled(
      @ForAll @Size(max = 12) Map<String, String> map, @ForAll long seed) {
    List<String> keys = new ArrayList<>(map.keySet());
    Collections.shuffle(keys, new Random(seed));
    Map<String, String> shuffled = new LinkedHashMap<>();
    keys.forEach(key -> shuffled.put(key, map.getOrDefault(key, "")));
    Resource one = withMaps(new TreeMap<>(map), map);
    Resource other = withMaps(shuffled, shuffled);
    assertThat(other.version()).isEqualTo(one.version());
    assertThat(other.encoded()).isEqualTo(one.encoded());
    assertThat(other.sameAs(one)).isTrue();
  }

  private static Resource withMaps(Map<String, String> labels, Map<String, String> annotations) {
    return Resource.encode(
        new ResourceContent(
            Resources.key("a"),
            labels,
            annotations,
            Set.of(),
            Resources.TIME,
            Resources.BODY,
            ByteString.copyFromUtf8("x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tr-TR", "ar-SA-u-nu-arab", "th-TH-u-ca-buddhist", "de-DE"})
  void version_doesNotDependOnTheLocale(String tag) {
    Resource before = Resource.encode(golden("utf8"));
    Locale locale = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag(tag));
      assertThat(Resource.encode(golden("utf8")).version()).isEqualTo(before.version());
    } finally {
      Locale.setDefault(locale);
    }
  }

  /** The default charset is fixed when a JVM starts, so another JVM must say what it makes. */
  @ParameterizedTest
  @ValueSource(strings = {"ISO-8859-1", "UTF-16", "US-ASCII"})
  void version_doesNotDependOnTheDefaultCharset(String charset) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dfile.encoding=" + charset,
                "-cp",
                System.getProperty("java.class.path"),
                PrintVersion.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    assertThat(HexFormat.of().formatHex(output))
        .isEqualTo(
            HexFormat.of().formatHex(Resource.encode(golden("utf8")).encoded().toByteArray()));
  }

  /** Writes the encoded resource as bytes. */
  static final class PrintVersion {
    private PrintVersion() {}

    /** The other JVM's start. */
    public static void main(String[] args) {
      try {
        Resource.encode(golden("utf8")).encoded().writeTo(System.out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      System.out.flush();
    }
  }

  @Test
  void version_changesWithEverythingThatIstiodSees() {
    ResourceContent plain = golden("plain");
    List<ResourceContent> variants =
        List.of(
            plain,
            with(
                plain,
                new ResourceKey(Resources.TYPE, "default/other.test"),
                plain.createTime(),
                plain.body()),
            with(plain, plain.key(), plain.createTime().plusNanos(1), plain.body()),
            with(
                plain,
                plain.key(),
                plain.createTime(),
                plain.body().concat(ByteString.copyFrom(new byte[1]))),
            new ResourceContent(
                plain.key(),
                Map.of(),
                plain.annotations(),
                plain.revisions(),
                plain.createTime(),
                plain.bodyTypeUrl(),
                plain.body()),
            new ResourceContent(
                plain.key(),
                plain.labels(),
                Map.of(),
                plain.revisions(),
                plain.createTime(),
                plain.bodyTypeUrl(),
                plain.body()),
            new ResourceContent(
                plain.key(),
                plain.annotations(),
                plain.labels(),
                plain.revisions(),
                plain.createTime(),
                plain.bodyTypeUrl(),
                plain.body()));
    assertThat(variants.stream().map(Resource::encode).map(Resource::version))
        .doesNotHaveDuplicates();
  }

  private static ResourceContent with(
      ResourceContent plain, ResourceKey key, Instant createTime, ByteString body) {
    return new ResourceContent(
        key,
        plain.labels(),
        plain.annotations(),
        plain.revisions(),
        createTime,
        plain.bodyTypeUrl(),
        body);
  }

  @Test
  void sameAs_lookAtTheAudienceToo() {
    ResourceKey key = Resources.key("a");
    Resource all = Resources.of(key, "x", Set.of());
    Resource canary = Resources.of(key, "x", Set.of("canary"));
    assertThat(all.version()).isEqualTo(canary.version());
    assertThat(all.sameAs(canary)).isFalse();
    assertThat(all.sameAs(null)).isFalse();
    assertThat(canary.isVisibleTo("")).isTrue();
    assertThat(canary.isVisibleTo("canary")).isTrue();
    assertThat(canary.isVisibleTo("stable")).isFalse();
    assertThat(all.isVisibleTo("stable")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "networking.istio.io/v1alpha3/ServiceEntry, networking.istio.io, ServiceEntry",
    "networking.istio.io/v1/ServiceEntry, networking.istio.io, ServiceEntry",
    "security.istio.io/v1beta1/PeerAuthentication, security.istio.io, PeerAuthentication",
    "type.googleapis.com/envoy.config.cluster.v3.Cluster, '',"
        + " type.googleapis.com/envoy.config.cluster.v3.Cluster",
    "core/v1alpha1/MeshConfig, core, MeshConfig",
    "a/b/c/d, '', a/b/c/d",
    "a//c, '', a//c",
    "/b/c, '', /b/c",
    "plain, '', plain",
    "'', '', ''",
  })
  void ofTypeUrl_meansTheKindWhateverTheVersion(String url, String group, String kind) {
    assertThat(ResourceType.ofTypeUrl(url)).isEqualTo(new ResourceType(group, kind));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "name", "/name", "namespace/"})
  void resourceKey_refusesANameWithoutBothParts(String name) {
    assertThatThrownBy(() -> new ResourceKey(Resources.TYPE, name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: namespace/name");
  }

  @Property(tries = 200)
  void label_isWhatDecodingFinds(
      @ForAll Map<String, String> labels, @ForAll Map<String, String> annotations) {
    ResourceContent golden = golden("plain");
    Resource resource =
        Resource.encode(
            new ResourceContent(
                golden.key(),
                legal(labels),
                legal(annotations),
                Set.of(),
                golden.createTime(),
                golden.bodyTypeUrl(),
                golden.body()));
    Map<String, String> decoded = resource.decode().getMetadata().getLabelsMap();
    decoded.forEach((name, value) -> assertThat(resource.label(name)).isEqualTo(value));
    annotations.keySet().stream()
        .filter(name -> !decoded.containsKey(name))
        .forEach(name -> assertThat(resource.label(name)).isEmpty());
    assertThat(resource.label("none of these")).isEmpty();
  }

  // Halves of surrogate pairs have no encoding.
  private static Map<String, String> legal(Map<String, String> texts) {
    Map<String, String> legal = new TreeMap<>();
    texts.forEach((name, value) -> legal.put(legal(name), legal(value)));
    return legal;
  }

  private static String legal(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  @Test
  void label_ofWhatIsNoResource_isAnError() {
    Resource broken =
        Resource.stored(
            golden("plain").key(),
            "v",
            Set.of(),
            ByteString.copyFrom(new byte[] {18, 9, 1}),
            Origin.UNKNOWN);
    assertThatThrownBy(() -> broken.label("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not an encoded resource");
  }
}
