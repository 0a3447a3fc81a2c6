package io.fairlead.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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
            "istio.mcp.v1alpha1.Metadata.create_time",
            "istio.mcp.v1alpha1.Resource.body",
            "google.protobuf.Timestamp.nanos");
  }

  /** Every file below src/main/proto is in {@link ServedTypes#FILES}, so none escapes the test. */
  @Test
  void files_areAllCompared() throws IOException {
    Path folder = Binaries.root().resolve("istio-api/src/main/proto");
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()))
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
