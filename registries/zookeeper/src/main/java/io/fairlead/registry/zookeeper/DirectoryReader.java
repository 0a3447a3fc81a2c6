package io.fairlead.registry.zookeeper;

import io.fairlead.common.ForeignText;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader of the directories of Dubbo's and Curator's layouts: it asks a session for what is below
 * one and makes services of it. What holds no registration is named in the log, once, and left out.
 * Confined to the adapter's thread.
 */
final class DirectoryReader {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryReader.class);
  private static final int MAX_NAMED = 1000;

  /** The node below an interface with its providers. */
  static final String PROVIDERS = "providers";

  /** The node below an interface with what operators have set of its providers. */
  static final String OVERRIDES = "configurators";

  /**
   * The outcome of a read.
   *
   * @param services the services that have instances
   * @param code OK, or why the read failed
   * @param path the node that was read last
   */
  record Answer(List<Service> services, Code code, String path) {
    static Answer failed(Code code, String path) {
      return new Answer(List.of(), code, path);
    }

    boolean isRead() {
      return code == Code.OK;
    }
  }

  private final String registry;
  private final ZooKeeperConfiguration configuration;
  private final DubboApplications applications = new DubboApplications();
  private final Consumer<String> onInterface;
  private final Set<String> named = new HashSet<>();
  private final Set<String> providing = new HashSet<>();
  private final Set<String> local = new HashSet<>();

  /**
   * @param onInterface takes the names of interfaces that have to be read again, as the
   *     applications that provide them have changed
   */
  DirectoryReader(
      String registry, ZooKeeperConfiguration configuration, Consumer<String> onInterface) {
    this.registry = registry;
    this.configuration = configuration;
    this.onInterface = onInterface;
  }

  /** Returns the namespace of the ids of what is below a root: its path without the first slash. */
  private static String namespace(String root) {
    return root.substring(1);
  }

  /** Returns the directory that a service is in. */
  Directory.Key directoryOf(ServiceId id) {
    if (id.namespace().equals(namespace(configuration.servicesRoot()))) {
      return new Directory.Key(Directory.Kind.APPLICATION, id.name());
    }
    int colon = id.name().indexOf(':');
    String name = colon < 0 ? id.name() : id.name().substring(0, colon);
    return new Directory.Key(Directory.Kind.INTERFACE, name);
  }

  /** Returns the interfaces that only the metadata centre names, or it besides others. */
  Set<String> interfacesOfApplications() {
    return applications.interfaces();
  }

  /** Whether the metadata of an application says which interfaces its instances provide. */
  boolean needsMetadataOf(String application) {
    return applications.has(application);
  }

  /** Forgets which applications were seen, before everything is read. */
  void beginWhole() {
    providing.clear();
    local.clear();
  }

  /** Names what a whole read has shown to be out of reach. */
  void endWhole() {
    for (String application : local) {
      if (!configuration.dubbo().byApplication()
          && !providing.contains(application)
          && isFirst("application " + application)) {
        LOG.warn(
            "registry {}: application {}: it registers by application only and keeps the list of"
                + " its interfaces to itself, so it is not served (expected: metadata-type remote"
                + " or register-mode all in the application, or dubbo: both here)",
            registry,
            ForeignText.clean(application));
      }
    }
  }

  private boolean isFirst(String subject) {
    return named.size() < MAX_NAMED && named.add(subject);
  }

  private void malformed(String directory, String node, MalformedNodeException problem) {
    if (isFirst(directory + "/" + node)) {
      LOG.warn(
          "registry {}: {}: left out a node, {}: {}",
          registry,
          ForeignText.clean(directory),
          // What follows may have a secret.
          ForeignText.clean(node.split("%3[fF]", 2)[0], 120),
          problem.getMessage());
    }
  }

  /** Reads a directory; the answer comes later. */
  void read(Session session, Directory.Key key, Consumer<Answer> answer) {
    if (key.kind() == Directory.Kind.INTERFACE) {
      new InterfaceRead(key.name(), answer).begin(session);
    } else {
      readApplication(session, key.name(), answer);
    }
  }

  // ---- By interface ---------------------------------------------------------------------------

  /** The read of one interface under way: of both its lists at once. */
  private final class InterfaceRead {
    private final String name;
    private final String path;
    private final Consumer<Answer> answer;
    private List<ProviderOverride> overrides = List.of();
    private List<String> urls = List.of();
    private int left = 2;
    private Answer failure = new Answer(List.of(), Code.OK, "");

    InterfaceRead(String name, Consumer<Answer> answer) {
      this.name = name;
      this.path = configuration.dubboRoot() + "/" + name + "/";
      this.answer = answer;
    }

    void begin(Session session) {
      list(
          session, path + OVERRIDES, rules -> overrides = overrides(name, path + OVERRIDES, rules));
      list(session, path + PROVIDERS, providers -> urls = providers);
    }

    private void list(Session session, String at, Consumer<List<String>> take) {
      session.children(
          at,
          (code, nodes) -> {
            if (code == Code.OK || code == Code.NONODE) {
              take.accept(nodes);
            } else {
              failure = Answer.failed(code, at);
            }
            left--;
            if (left == 0) {
              answer.accept(failure.isRead() ? services() : failure);
            }
          });
    }

    private Answer services() {
      String namespace = namespace(configuration.dubboRoot());
      List<Provider> providers = providers(name, path + PROVIDERS, urls, overrides);
      return new Answer(
          InterfaceServices.of(namespace, name, providers), Code.OK, path + PROVIDERS);
    }
  }

  private List<ProviderOverride> overrides(String name, String path, List<String> nodes) {
    List<ProviderOverride> overrides = new ArrayList<>();
    for (String node : nodes) {
      try {
        ProviderUrl.override(name, node).ifPresent(overrides::add);
      } catch (MalformedNodeException e) {
        malformed(path, node, e);
      }
    }
    return overrides;
  }

  private List<Provider> providers(
      String name, String path, List<String> nodes, List<ProviderOverride> overrides) {
    List<Provider> providers = new ArrayList<>();
    Set<String> sockets = new HashSet<>();
    for (String node : nodes) {
      try {
        Provider provider = ProviderUrl.parse(node);
        providers.add(
            overrides.isEmpty() ? provider : ProviderOverride.applied(overrides, provider));
        sockets.add(provider.address() + ":" + provider.port());
        providing.add(provider.parameter("application"));
      } catch (MalformedNodeException e) {
        malformed(path, node, e);
      }
    }
    // Most providers register both ways; what they say by interface is fresher.
    for (Provider provider : applications.providersOf(name)) {
      if (sockets.add(provider.address() + ":" + provider.port())) {
        providers.add(provider);
      }
    }
    return providers;
  }

  // ---- By application -------------------------------------------------------------------------

  /** The read of one application under way. */
  private final class ApplicationRead {
    private final Session session;
    private final String name;
    private final String path;
    private final Consumer<Answer> answer;
    private final List<Instance> instances = new ArrayList<>();
    private final List<DubboApplications.Member> members = new ArrayList<>();
    private final Set<String> asked = new HashSet<>();
    private int left;
    private Answer failure = new Answer(List.of(), Code.OK, "");

    ApplicationRead(Session session, String name, String path, Consumer<Answer> answer) {
      this.session = session;
      this.name = name;
      this.path = path;
      this.answer = answer;
    }

    void begin(List<String> nodes) {
      left = nodes.size() + 1;
      for (String node : nodes) {
        session.data(path + "/" + node, (code, content) -> take(node, code, content));
      }
      done();
    }

    private void take(String node, Code code, byte[] content) {
      if (code == Code.OK) {
        try {
          take(Registration.parse(node, content));
        } catch (MalformedNodeException e) {
          malformed(path, node, e);
          instances.add(nowhere(node));
        }
      } else if (code != Code.NONODE) {
        failure = Answer.failed(code, path + "/" + node);
      }
      done();
    }

    private void take(Registration registration) {
      DubboRegistrations dubbo = configuration.dubbo();
      if (!registration.isDubbo() || dubbo.byApplication()) {
        instances.add(registration.instance());
      }
      if (!registration.isDubbo() || !dubbo.byInterface()) {
        return;
      }
      if (!registration.keepsInterfacesRemotely()) {
        local.add(name);
        return;
      }
      String revision = registration.revision();
      members.add(new DubboApplications.Member(registration.instance().address(), revision));
      if (!applications.knows(name, revision) && asked.add(revision)) {
        left++;
        String at = configuration.dubboRoot() + "/metadata/" + name + "/" + revision;
        session.data(at, (code, content) -> learn(at, revision, code, content));
      }
    }

    private void learn(String at, String revision, Code code, byte[] content) {
      if (code == Code.OK) {
        try {
          applications.learn(name, revision, content);
        } catch (MalformedNodeException e) {
          malformed(configuration.dubboRoot() + "/metadata/" + name, revision, e);
        }
      } else if (code != Code.NONODE) {
        failure = Answer.failed(code, at);
      }
      done();
    }

    private void done() {
      left--;
      if (left > 0) {
        return;
      }
      if (!failure.isRead()) {
        answer.accept(failure);
        return;
      }
      applications.update(name, members).forEach(onInterface);
      ServiceId id = new ServiceId(namespace(configuration.servicesRoot()), "", name);
      answer.accept(
          new Answer(
              instances.isEmpty()
                  ? List.of()
                  : List.of(new Service(id, Map.of(), Map.of(), List.of(), instances)),
              Code.OK,
              path));
    }
  }

  /** Returns an instance that the conversion refuses and counts. */
  private static Instance nowhere(String node) {
    return new Instance(node, "", 0, 1, Availability.READY, Locality.NONE, Map.of());
  }

  private void readApplication(Session session, String name, Consumer<Answer> answer) {
    String path = configuration.servicesRoot() + "/" + name;
    session.children(
        path,
        (code, nodes) -> {
          if (code == Code.OK) {
            new ApplicationRead(session, name, path, answer).begin(nodes);
          } else if (code == Code.NONODE) {
            applications.update(name, List.of()).forEach(onInterface);
            answer.accept(new Answer(List.of(), Code.OK, path));
          } else {
            answer.accept(Answer.failed(code, path));
          }
        });
  }
}
