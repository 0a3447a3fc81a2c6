package io.fairlead.configs.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.fairlead.harness.IstioValidator;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** Tests that istiods know the types of Envoy that a document may name. */
final class EnvoyTypesTest {
  private static final Set<String> PACKAGES =
      Set.of("io/envoyproxy/envoy/", "com/github/xds/", "com/github/udpa/udpa/");

  @Test
  void descriptor_ofAnUnknownNameOrOneThatIsNoMessage_isEmpty() {
    assertThat(EnvoyTypes.descriptor("envoy.config.cluster.v3.Cluster"))
        .contains(Cluster.getDescriptor());
    for (String name :
        List.of(
            "",
            "envoy",
            "envoy.config.cluster.v3.NoSuch",
            "envoy.config.cluster.v3.Cluster$LbPolicy",
            "envoy.config.core.v3.TrafficDirection",
            "envoy.config.cluster.v3.ClusterProto",
            "envoy.api.v2.Cluster",
            "google.protobuf.Parser",
            "java.lang.Runtime",
            "envoy." + "a.".repeat(10_000) + "v3.A")) {
      assertThat(EnvoyTypes.descriptor(name)).as(name).isEmpty();
    }
  }

  @Test
  @NeedsServer({IstioValidator.OLDER, IstioValidator.NEWER})
  void types_areKnownToIstiods_asIsNoted() throws Exception {
    Map<String, EnvoyTypes.Note> notes = new EnvoyTypes().notes();
    Set<String> types = new TreeSet<>(notes.keySet());
    types.addAll(readTypes());
    List<String> faults = new ArrayList<>();
    try (IstioValidator older = new IstioValidator(IstioValidator.OLDER);
        IstioValidator newer = new IstioValidator(IstioValidator.NEWER)) {
      for (String type : types) {
        EnvoyTypes.Note note = notes.get(type);
        boolean isNewer = note == EnvoyTypes.Note.NEWER || note == EnvoyTypes.Note.UNREAD_NEWER;
        boolean isUnread = note == EnvoyTypes.Note.UNREAD || note == EnvoyTypes.Note.UNREAD_NEWER;
        boolean isAbsent = note == EnvoyTypes.Note.ABSENT;
        if (newer.ask(filter(type), Optional.empty()).accepted() == isAbsent
            || (older.ask(filter(type), Optional.empty()).accepted() == isNewer && !isAbsent)
            || EnvoyTypes.descriptor(type).isPresent() == isUnread) {
          faults.add(type + " " + note);
        }
      }
    }
    assertThat(types).hasSizeGreaterThan(800);
    assertThat(faults).isEmpty();
  }

  private static String filter(String type) {
    return """
        apiVersion: networking.istio.io/v1alpha3
        kind: EnvoyFilter
        metadata: {name: a, namespace: shop}
        spec:
          configPatches:
          - applyTo: HTTP_FILTER
            patch: {operation: ADD, value: {name: a, typed_config: {"@type": type.googleapis.com/%s}}}
        """
        .formatted(type);
  }

  /** Returns the names of all types that are read here, but for those of protobuf itself. */
  private static Set<String> readTypes() throws IOException, URISyntaxException {
    Path jar = Path.of(Cluster.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<String> types = new TreeSet<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      file.stream()
          .map(entry -> entry.getName())
          .filter(name -> PACKAGES.stream().anyMatch(name::startsWith))
          .filter(name -> name.endsWith(".class") && !name.contains("$"))
          .map(EnvoyTypesTest::typeOfClass)
          .filter(name -> EnvoyTypes.descriptor(name).isPresent())
          .forEach(types::add);
    }
    return types;
  }

  private static String typeOfClass(String file) {
    return file.substring(0, file.length() - ".class".length())
        .replace('/', '.')
        .replaceFirst("^(io\\.envoyproxy|com\\.github(\\.udpa)?)\\.", "");
  }
}
