package io.fairlead.bench.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ResponseTest {
  private static final Any CONTENT =
      Any.newBuilder()
          .setTypeUrl("type.googleapis.com/some.Type")
          .setValue(ByteString.copyFromUtf8("content ".repeat(100)))
          .build();
  private static final Resource ONE =
      Resource.newBuilder().setName("mesh/one").setVersion("v1").setResource(CONTENT).build();
  private static final Resource TWO =
      Resource.newBuilder().setName("mesh/two").setResource(Any.getDefaultInstance()).build();

  private static Response read(MessageLite message, Response.Names names) throws IOException {
    return Response.read(new ByteArrayInputStream(message.toByteArray()), names);
  }

  private static DeltaDiscoveryResponse delta() {
    return DeltaDiscoveryResponse.newBuilder()
        .setSystemVersionInfo("epoch-7")
        .setTypeUrl("a/v1/Kind")
        .setNonce("n1")
        .addResources(ONE)
        .addResources(TWO)
        .addRemovedResources("mesh/three")
        .build();
  }

  @Test
  void read_incrementalWithNames_hasNamesAndSizes() throws IOException {
    Response response = read(delta(), Response.Names.READ);

    assertThat(response.items())
        .containsExactly(
            new Response.Item("mesh/one", ONE.getSerializedSize(), CONTENT.getSerializedSize()),
            new Response.Item("mesh/two", TWO.getSerializedSize(), 0));
    assertThat(response.resources()).isEqualTo(2);
    assertThat(response.removed()).isEqualTo(1);
    assertThat(response.bytes()).isEqualTo(delta().getSerializedSize());
    assertThat(response.nonce()).isEqualTo("n1");
    assertThat(response.versionInfo()).isEqualTo("epoch-7");
    assertThat(response.typeUrl()).isEqualTo("a/v1/Kind");
  }

  @Test
  void read_incrementalPassingNamesOver_countsOnly() throws IOException {
    Response response = read(delta(), Response.Names.PASS_OVER);

    assertThat(response.items()).isEmpty();
    assertThat(response.resources()).isEqualTo(2);
    assertThat(response.removed()).isEqualTo(1);
  }

  @Test
  void read_stateOfTheWorld_countsAndTakesTheNonce() throws IOException {
    DiscoveryResponse state =
        DiscoveryResponse.newBuilder()
            .setVersionInfo("epoch-8")
            .setTypeUrl("a/v1/Kind")
            .setNonce("n2")
            .addResources(CONTENT)
            .build();

    Response response = read(state, Response.Names.PASS_OVER);

    assertThat(response.resources()).isEqualTo(1);
    assertThat(response.bytes()).isEqualTo(state.getSerializedSize());
    assertThat(response.nonce()).isEqualTo("n2");
    assertThat(response.versionInfo()).isEqualTo("epoch-8");
  }
}
