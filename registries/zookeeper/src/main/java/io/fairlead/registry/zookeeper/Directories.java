package io.fairlead.registry.zookeeper;

import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterThread;
import io.fairlead.registry.support.RegistryMirror;
import io.fairlead.registry.zookeeper.Directory.Kind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.jspecify.annotations.Nullable;

/**
 * The directories that have had something, each of which is read again when a watch tells of it or
 * the mirror asks. Confined to the adapter's thread.
 */
final class Directories {
  /**
   * The time after which a directory is read again that has less than before. A Dubbo provider that
   * an operator gives another weight takes its node away and makes a new one, within milliseconds;
   * nobody is to see the mesh without it.
   */
  private static final Duration SECOND_LOOK = Duration.ofMillis(50);

  private final ZooKeeperConfiguration configuration;
  private final String servers;
  private final AdapterThread thread;
  private final RegistryMirror mirror;
  private final Runnable unlisted;
  private final DirectoryReader reader;
  private final Map<Directory.Key, Directory> directories = new HashMap<>();
  // The session while it has a connection.
  private @Nullable Session session;
  private final Map<Kind, Turn> lists = new EnumMap<>(Kind.class);

  /**
   * @param registry the registry's configured name
   * @param servers what problems begin with
   * @param unlisted is told that a root cannot be listed: a whole read is needed, which says why
   *     and goes on until it can
   */
  Directories(
      String registry,
      String servers,
      ZooKeeperConfiguration configuration,
      AdapterThread thread,
      RegistryMirror mirror,
      Runnable unlisted) {
    this.configuration = configuration;
    this.servers = servers;
    this.thread = thread;
    this.mirror = mirror;
    this.unlisted = unlisted;
    this.reader =
        new DirectoryReader(
            registry, configuration, name -> markDirty(new Directory.Key(Kind.INTERFACE, name)));
  }

  DirectoryReader reader() {
    return reader;
  }

  /** Returns the keys of all that have had something. */
  Set<Directory.Key> keys() {
    return Set.copyOf(directories.keySet());
  }

  /** Returns a directory, which is made known. */
  Directory of(Directory.Key key) {
    return directories.computeIfAbsent(key, Directory::new);
  }

  /** Forgets the directories in which nothing is known to be. */
  void forgetIdle() {
    directories.values().removeIf(Directory::isIdle);
  }

  /** Reads over this session from now on. */
  void connected(Session present) {
    session = present;
  }

  /** Reads nothing until there is a connection again; what is under way is answered. */
  void disconnected() {
    session = null;
  }

  /** Gives up what is under way: its answers never come. */
  void abandon() {
    directories.values().forEach(directory -> directory.turn().abandon());
    lists.values().forEach(Turn::abandon);
  }

  // ---- What is read when ----------------------------------------------------------------------

  /** Takes note of a node that came, went or has other content. */
  void changed(String path) {
    if (isBelow(path, configuration.servicesRoot())) {
      changed(Kind.APPLICATION, path.substring(configuration.servicesRoot().length()));
    } else if (isBelow(path, configuration.dubboRoot())) {
      changedByInterface(path.substring(configuration.dubboRoot().length()));
    }
  }

  private static boolean isBelow(String path, String root) {
    return path.startsWith(root)
        && (path.length() == root.length() || path.charAt(root.length()) == '/');
  }

  private void changed(Kind kind, String below) {
    if (below.isEmpty()) {
      listAgain(kind);
      return;
    }
    int end = below.indexOf('/', 1);
    markDirty(new Directory.Key(kind, below.substring(1, end < 0 ? below.length() : end)));
  }

  private void changedByInterface(String below) {
    String[] parts = below.split("/", 5);
    if (parts.length < 2) {
      changed(Kind.INTERFACE, below);
    } else if (parts[1].equals("metadata")) {
      // An application that is served by its interfaces only has nothing of its own, and is known
      // here only while it is read.
      Directory.Key application =
          new Directory.Key(Kind.APPLICATION, parts.length > 2 ? parts[2] : "");
      if (parts.length == 4
          && (directories.containsKey(application) || reader.needsMetadataOf(application.name()))) {
        markDirty(application);
      }
    } else if (isInterface(parts[1])
        && (parts.length == 2
            || parts[2].equals(DirectoryReader.PROVIDERS)
            || parts[2].equals(DirectoryReader.OVERRIDES))) {
      changed(Kind.INTERFACE, below);
    }
  }

  /** Whether a node below Dubbo's root is an interface: others are what Dubbo keeps there, too. */
  static boolean isInterface(String name) {
    return !name.equals("metadata") && !name.equals("mapping") && !name.equals("config");
  }

  /** Reads the directory of a service again. */
  void readAgain(ServiceId id) {
    if (session != null) {
      Directory.Key key = reader.directoryOf(id);
      of(key).expect(id);
      markDirty(key);
    }
  }

  /** Compares the list of a kind with what is known: servers without persistent watches. */
  private void listAgain(Kind kind) {
    Session present = session;
    Turn turn = lists.computeIfAbsent(kind, it -> new Turn());
    if (present == null || !turn.begin()) {
      return;
    }
    present.children(
        kind == Kind.INTERFACE ? configuration.dubboRoot() : configuration.servicesRoot(),
        (code, names) -> {
          boolean again = turn.end();
          if (code == Code.OK || code == Code.NONODE) {
            listed(kind, Set.copyOf(names));
          } else if (!Codes.isLost(code)) {
            unlisted.run();
          }
          if (again) {
            listAgain(kind);
          }
        });
  }

  private void listed(Kind kind, Set<String> there) {
    for (String name : there) {
      Directory.Key key = new Directory.Key(kind, name);
      if (!directories.containsKey(key) && (kind != Kind.INTERFACE || isInterface(name))) {
        markDirty(key);
      }
    }
    for (Directory.Key key : keys()) {
      if (key.kind() == kind && !there.contains(key.name())) {
        markDirty(key);
      }
    }
  }

  private void markDirty(Directory.Key key) {
    Session present = session;
    if (present == null) {
      return;
    }
    Directory directory = of(key);
    if (directory.turn().begin()) {
      reader.read(present, key, answer -> take(directory, answer));
    }
  }

  // ---- What came of it ------------------------------------------------------------------------

  private void take(Directory directory, DirectoryReader.Answer answer) {
    boolean again = directory.turn().end();
    if (!answer.isRead()) {
      fails(directory, answer);
    } else if (directory.doubts(answer.services(), SECOND_LOOK, thread.nanoTime())) {
      thread.after(SECOND_LOOK, () -> markDirty(directory.key()));
    } else {
      Directory.Content content = directory.take(answer.services(), thread.nanoTime());
      content.services().forEach(mirror::changed);
      content.gone().forEach(mirror::missing);
      works(directory);
    }
    if (again) {
      markDirty(directory.key());
    } else if (directory.isIdle()) {
      directories.remove(directory.key(), directory);
    }
  }

  /** Tells the mirror that a directory can be read. */
  void works(Directory directory) {
    if (directory.failing(false)) {
      mirror.works(directory.key().toString());
    }
  }

  /** Tells the mirror that a directory cannot be read. */
  void fails(Directory directory, DirectoryReader.Answer answer) {
    if (Codes.isLost(answer.code())) {
      // The connection's end is told for all.
      return;
    }
    directory.failing(true);
    mirror.failed(
        directory.key().toString(),
        servers + ": " + answer.path() + ": " + Codes.meaning(answer.code()),
        KeeperException.create(answer.code()));
  }
}
