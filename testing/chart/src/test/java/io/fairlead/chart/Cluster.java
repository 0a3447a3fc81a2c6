package io.fairlead.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.ServerProcess;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A real Kubernetes API server with its etcd and its controllers, and with a {@link Kubelet} and a
 * {@link ServiceProxy} instead of nodes: a Deployment becomes ReplicaSets, Pods and processes, a
 * Service its EndpointSlices and ports. Thread-safe.
 */
final class Cluster implements AutoCloseable {
  /** What it needs of {@code make servers}. */
  static final String ETCD = "etcd";

  static final String API_SERVER = "kube-apiserver";
  static final String CONTROLLERS = "kube-controller-manager";
  static final String KUBECTL = "kubectl";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String TOKEN = "test-token";

  private final Path folder;
  private final String url;
  private final Path kubeconfig;
  private final HttpClient http;
  // In the order of their start; closed in the other one.
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final PodAddresses addresses = new PodAddresses();
  private final ServiceProxy proxy;

  private Cluster() throws IOException, GeneralSecurityException {
    folder = Files.createTempDirectory("fairlead-cluster-");
    kubeconfig = folder.resolve("kubeconfig");
    parts.add(this::deleteFolder);
    int port = FreePorts.next();
    url = "https://127.0.0.1:" + port;
    startServer(port);
    http = client(folder.resolve("certs/apiserver.crt"));
    await("the API server is ready", this::isReady);
    startControllers();
    applyNode();
    proxy = new ServiceProxy(this, addresses, hosts());
    parts.add(proxy);
    parts.add(new Kubelet(this, addresses, folder.resolve("pods")));
  }

  /** Starts one; it is ready. */
  static Cluster start() {
    try {
      return new Cluster();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("no cluster", e);
    }
  }

  private void startServer(int port) throws IOException {
    int etcd = FreePorts.withOffsets(1);
    String clients = "http://127.0.0.1:" + etcd;
    String peers = "http://127.0.0.1:" + (etcd + 1);
    start(
        ETCD,
        "--name=kube",
        "--data-dir=" + folder.resolve("etcd"),
        "--listen-client-urls=" + clients,
        "--advertise-client-urls=" + clients,
        "--listen-peer-urls=" + peers,
        "--initial-advertise-peer-urls=" + peers,
        "--initial-cluster=kube=" + peers,
        "--unsafe-no-fsync",
        "--log-level=warn");
    Command.run(
            Map.of(),
            "",
            List.of("openssl", "genrsa", "-out", folder.resolve("sa.key").toString(), "2048"))
        .done();
    Files.writeString(folder.resolve("tokens.csv"), TOKEN + ",admin,admin,\"system:masters\"\n");
    start(
        API_SERVER,
        "--etcd-servers=" + clients,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--secure-port=" + port,
        "--cert-dir=" + folder.resolve("certs"),
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=RBAC",
        "--token-auth-file=" + folder.resolve("tokens.csv"),
        // There is no controller that makes their tokens.
        "--disable-admission-plugins=ServiceAccount",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-signing-key-file=" + folder.resolve("sa.key"),
        "--service-account-key-file=" + folder.resolve("sa.key"),
        "--endpoint-reconciler-type=none");
    Path certificate = folder.resolve("certs/apiserver.crt");
    await("the API server has a certificate", () -> Files.exists(certificate));
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: test, cluster: {server: "%s", certificate-authority: "%s"}}]
        users: [{name: admin, user: {token: %s}}]
        contexts: [{name: test, context: {cluster: test, user: admin, namespace: gateways}}]
        current-context: test
        """
            .formatted(url, certificate, TOKEN));
  }

  private void startControllers() {
    start(
        CONTROLLERS,
        "--kubeconfig=" + kubeconfig,
        "--bind-address=127.0.0.1",
        "--secure-port=" + FreePorts.next(),
        "--cert-dir=" + folder.resolve("controllers"),
        "--leader-elect=false",
        "--min-resync-period=1h",
        // Not those that look after nodes and volumes: there are none.
        "--controllers=deployment-controller,replicaset-controller,statefulset-controller,"
            + "endpointslice-controller,disruption-controller,garbage-collector-controller,"
            + "namespace-controller");
  }

  private void start(String name, String... arguments) {
    parts.add(
        ServerProcess.start(
            name,
            folder,
            Map.of(),
            Command.with(List.of(Binaries.require(name).toString()), arguments)));
  }

  private static HttpClient client(Path certificate) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    try (var in = Files.newInputStream(certificate)) {
      for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("c" + number++, each);
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private boolean isReady() {
    try {
      return send("GET", "/readyz", "").statusCode() == 200;
    } catch (UncheckedIOException e) {
      // Nobody listens yet.
      return false;
    }
  }

  private void applyNode() {
    apply(
        """
        apiVersion: v1
        kind: Node
        metadata: {name: %s}
        """
            .formatted(Kubelet.NODE));
  }

  /** Returns a Helm that works on it. */
  Helm helm() {
    return Helm.of(kubeconfig);
  }

  /** Runs kubectl with an input. */
  Command kubectl(String input, String... arguments) {
    return Command.run(
        Map.of("KUBECONFIG", kubeconfig.toString()),
        input,
        Command.with(List.of(Binaries.require(KUBECTL).toString()), arguments));
  }

  /** Applies manifests, and waits until definitions of kinds among them are served. */
  void apply(String manifests, String... arguments) {
    kubectl(
            manifests,
            Command.with(List.of("apply", "--server-side", "-f", "-"), arguments)
                .toArray(String[]::new))
        .done();
  }

  /** Makes a namespace that takes only Pods without any right, as careful operators have it. */
  void createRestrictedNamespace(String name) {
    apply(
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: %s, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/warn: restricted}}
        """
            .formatted(name));
  }

  /** Returns an object or a list. */
  JsonNode get(String path) {
    return json("GET", path, "");
  }

  /** Sends what must be taken, and returns the answer. */
  JsonNode json(String method, String path, String body) {
    HttpResponse<String> response = send(method, path, body);
    if (response.statusCode() >= 300) {
      throw new IllegalStateException(
          method + " " + path + ": " + response.statusCode() + " " + response.body());
    }
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a request; any status is an answer. A PATCH is a strategic merge. */
  HttpResponse<String> send(String method, String path, String body) {
    boolean patch = method.equals("PATCH");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + TOKEN)
            .header(
                "Content-Type",
                patch ? "application/strategic-merge-patch+json" : "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + path, e);
    }
  }

  /** Returns the gateways' Pods of a namespace that are not about to go. */
  List<JsonNode> pods(String namespace) {
    List<JsonNode> pods = new ArrayList<>();
    for (JsonNode pod : get("/api/v1/namespaces/" + namespace + "/pods").path("items")) {
      if (!pod.at("/metadata").has("deletionTimestamp")) {
        pods.add(pod);
      }
    }
    return pods;
  }

  /** Returns the address of this machine at which a Service is. */
  InetAddress address(String namespace, String service) {
    return proxy.address(namespace, service);
  }

  /** Returns the file with the names of Services and Pods, as a cluster's DNS would tell them. */
  Path hosts() {
    return folder.resolve("hosts");
  }

  /** Waits until something holds. */
  static void await(String what, BooleanSupplier state) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!state.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + LIMIT + ": " + what);
      }
      pause();
    }
  }

  /** Waits for a moment between two looks. */
  static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public void close() {
    for (int i = parts.size() - 1; i >= 0; i--) {
      try {
        parts.get(i).close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot close " + parts.get(i), e);
      }
    }
  }
}
