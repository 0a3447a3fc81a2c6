package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import com.alibaba.nacos.plugin.auth.api.LoginIdentityContext;
import com.alibaba.nacos.plugin.auth.api.RequestResource;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fairlead.common.KeyedRecord;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosLogin;
import io.fairlead.registry.Secret;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An access key at a Nacos of a cloud: a server of this test's own, since no cloud can be had here.
 * It lets nothing pass that is not signed as the vendor's client signs, with the key that it knows,
 * for what is asked and a moment ago.
 */
class NacosAccessKeyTest {
  private static final ServiceId WEB = new ServiceId("public", "g", "web");
  private static final Duration MAX_AGE = Duration.ofMinutes(1);
  private static final String ID = "LTAI-of-the-mesh";
  private static final Map<String, String> DATA =
      Map.of(
          "/nacos/v3/admin/ns/service/list?withInstances=false",
          """
          {"totalCount":1,"pageItems":[{"name":"web","groupName":"g","ipCount":1,
           "healthyInstanceCount":1,"triggerFlag":"false"}]}""",
          "/nacos/v3/admin/ns/service/list?withInstances=true",
          """
          {"totalCount":1,"pageItems":[{"serviceName":"web","groupName":"g","clusterMap":
           {"DEFAULT":{"hosts":[{"ip":"10.0.0.1","port":80}]}}}]}""",
          "/nacos/v3/admin/ns/service",
          "{\"serviceName\":\"web\",\"groupName\":\"g\",\"clusterMap\":{\"DEFAULT\":{}}}",
          "/nacos/v3/admin/ns/instance/list",
          "[{\"ip\":\"10.0.0.1\",\"port\":80}]");

  private final Set<String> asked = ConcurrentHashMap.newKeySet();
  private final Path id;
  private final Path key;
  private final HttpServer server;
  private volatile String known = "first/key+of=the mesh";

  NacosAccessKeyTest(@TempDir Path folder) throws IOException {
    id = Files.writeString(folder.resolve("id"), ID);
    key = Files.writeString(folder.resolve("key"), known);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    String path = exchange.getRequestURI().getPath();
    String whole = query.get("withInstances");
    String data = DATA.get(whole == null ? path : path + "?withInstances=" + whole);
    String service = query.getOrDefault("serviceName", "");
    String resource = service.isEmpty() ? "" : query.get("groupName") + "@@" + service;
    int status = 404;
    String body = "{\"status\":404,\"error\":\"Not Found\"}";
    if (!isSigned(query, resource)) {
      status = 403;
      body = "{\"code\":403,\"message\":\"signature of " + query.get("data") + " does not match\"}";
    } else if (data != null) {
      asked.add(path);
      status = 200;
      body = "{\"code\":0,\"message\":\"success\",\"data\":" + data + "}";
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    Arrays.stream(raw.split("&"))
        .map(part -> part.split("=", 2))
        .forEach(part -> query.put(part[0], URLDecoder.decode(part[1], StandardCharsets.UTF_8)));
    return query;
  }

  private boolean isSigned(Map<String, String> parameters, String resource) {
    String data = parameters.getOrDefault("data", "");
    String[] parts = data.split("@@", 2);
    long age = System.currentTimeMillis() - Long.parseLong(parts[0].isEmpty() ? "0" : parts[0]);
    return ID.equals(parameters.get("ak"))
        && resource.equals(parts.length == 1 ? "" : parts[1])
        && Math.abs(age) < MAX_AGE.toMillis()
        && hmac(data, known).equals(parameters.get("signature"));
  }

  private static String hmac(String data, String key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
      return Base64.getEncoder().encodeToString(mac.doFinal(data.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private NacosConfiguration configuration() {
    return KeyedRecord.of(NacosConfiguration.class)
        .with(
            Map.of(
                "addresses",
                List.of("127.0.0.1:" + server.getAddress().getPort()),
                "groups",
                List.of("*"),
                "reconcileInterval",
                Duration.ofSeconds(1),
                "accessKey",
                new Secret.InFile(id),
                "secretKey",
                new Secret.InFile(key)));
  }

  @Test
  void everyRead_isSigned_andAChangedKeyIsTakenAtOnce() throws Exception {
    assertThat(hmac("what do ya want for nothing?", "Jefe"))
        .as("of RFC 2202")
        .isEqualTo("7/zfauXrL6LSdBbV8YTfnCWafHk=");
    try (Mirroring mirroring = Mirroring.withoutPushes(configuration())) {
      mirroring.awaitInstances(WEB, 1);
      known = "second";
      int mark = mirroring.sink.events().size();
      SinkEvent refused =
          mirroring.sink.awaitEvent(mark, "a refusal", Mirroring.LIMIT, SinkEvent::isFailure);
      assertThat(refused.toString())
          .contains("expected: an access key that may read the namespace")
          .doesNotContain("first/key", ID);
      assertThat(mirroring.sink.state()).containsKey(WEB);
      mark = mirroring.sink.events().size();
      Files.writeString(key, "second");
      mirroring.sink.awaitEvent(mark, "a success", Mirroring.LIMIT, SinkEvent::isSuccess);
    }
    assertThat(asked).contains("/nacos/v3/admin/ns/service/list");
  }

  @Test
  void readOfOneService_signsItsName() throws Exception {
    NacosLogin login = NacosRegistryFactory.login(configuration());
    NacosConfiguration configuration = configuration();
    try (NacosHttp http =
        new NacosHttp(NacosRegistryFactory.addresses(configuration), "/nacos", login, null)) {
      HttpApiReader reader = new HttpApiReader(http, HttpApi.ADMIN, Scope.of(configuration));
      assertThat(reader.read(WEB)).isPresent();
    }
    assertThat(asked).contains("/nacos/v3/admin/ns/service", "/nacos/v3/admin/ns/instance/list");
  }

  @Test
  void callsOfTheVendorsClient_areSigned() {
    NacosLogin login = NacosRegistryFactory.login(configuration());
    String shared = SharedLoginAuth.share(login::present);
    try {
      SharedLoginAuth auth = new SharedLoginAuth();
      Properties properties = new Properties();
      properties.setProperty(SharedLoginAuth.PROPERTY, shared);
      assertThat(auth.login(properties)).isTrue();
      Map<String, String> resources = Map.of("web", "g@@web", "g@@web", "g@@web", "", "");
      resources.forEach(
          (resource, signed) ->
              assertThat(
                      isSigned(
                          parameters(
                              auth.getLoginIdentityContext(
                                  RequestResource.namingBuilder()
                                      .setGroup("g")
                                      .setResource(resource)
                                      .build())),
                          signed))
                  .as(resource)
                  .isTrue());
    } finally {
      SharedLoginAuth.withdraw(shared);
    }
  }

  private static Map<String, String> parameters(LoginIdentityContext context) {
    Map<String, String> parameters = new HashMap<>();
    context.getAllKey().forEach(name -> parameters.put(name, context.getParameter(name)));
    return parameters;
  }
}
