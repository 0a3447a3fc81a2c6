package io.fairlead.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The .proto files of this module declare what Istio's own do: the same messages, fields and enums,
 * none missing and none besides. Istio's come from the Go module istio.io/api in the newest version
 * that resolves (conformance/descriptors/go.mod).
 */
final class IstioDescriptorsTest {
  private static final String PROGRAM = "istio-descriptors";
  private static final Path PROTOS = Binaries.root().resolve("istio-api/src/main/proto");
  private static final Pattern MADE =
      Pattern.compile(
          "(networking|security|telemetry|extensions|type)/[^/]+/(?!service_entry|workload_entry)[^/]+");

  @Test
  @NeedsServer(PROGRAM)
  void schema_equalsIstios(@TempDir Path folder) throws Exception {
    Schema ours = ServedTypes.schemaIn(ServedTypes.FILES);
    Schema istio = ServedTypes.schemaIn(DescriptorSets.link(istioDescriptors(folder)));

    assertThat(ours.differencesTo(istio)).isEmpty();
    // Guards against having compared nothing.
    assertThat(istio.facts())
        .containsKeys(
            "istio.networking.v1alpha3.ServiceEntry.workload_selector",
            "istio.networking.v1alpha3.ServiceEntry.Resolution.STATIC",
            "istio.networking.v1alpha3.WorkloadEntry.PortsEntry.value",
            "istio.networking.v1alpha3.HTTPRoute.redirect",
            "istio.security.v1beta1.Rule.From.source",
            "istio.extensions.v1alpha1.TrafficExtension.wasm",
            "istio.mcp.v1alpha1.Metadata.create_time",
            "istio.mcp.v1alpha1.Resource.body",
            "google.protobuf.Timestamp.nanos");
  }

  /**
   * The files that nobody wrote by hand are what {@link ProtoText} makes of Istio's. {@code
   * -Dfairlead.protos=write} makes them anew.
   */
  @Test
  @NeedsServer(PROGRAM)
  void files_areMadeOfIstios(@TempDir Path folder) throws Exception {
    for (FileDescriptor file : DescriptorSets.link(istioDescriptors(folder))) {
      Path ours = PROTOS.resolve(file.getFullName());
      if (!MADE.matcher(file.getFullName()).matches()) {
        continue;
      }
      String text = ProtoText.of(file);
      if ("write".equals(System.getProperty("fairlead.protos"))) {
        Files.createDirectories(ours.getParent());
        Files.writeString(ours, text);
      }
      assertThat(ours).as("%s; -Dfairlead.protos=write makes it anew", file).hasContent(text);
    }
  }

  /** Every file below src/main/proto is in {@link ServedTypes#FILES}, so none escapes the test. */
  @Test
  void files_areAllCompared() throws IOException {
    try (Stream<Path> files = Files.walk(PROTOS)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> PROTOS.relativize(file).toString()))
          .containsExactlyInAnyOrderElementsOf(
              ServedTypes.FILES.stream().map(file -> file.getFullName()).toList());
    }
  }

  private static FileDescriptorSet istioDescriptors(Path folder)
      throws IOException, InterruptedException {
    Path output = folder.resolve("descriptors.binpb");
    Path errors = folder.resolve("errors.txt");
    Process process =
        new ProcessBuilder(Binaries.require(PROGRAM).toString())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("%s ended", PROGRAM).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as("exit code; %s", Files.readString(errors)).isZero();
    try (InputStream input = Files.newInputStream(output)) {
      return FileDescriptorSet.parseFrom(input);
    }
  }
}
