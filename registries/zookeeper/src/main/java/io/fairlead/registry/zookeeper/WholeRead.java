package io.fairlead.registry.zookeeper;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.RegistryMirror;
import io.fairlead.registry.zookeeper.Directory.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.zookeeper.KeeperException.Code;

/**
 * A read of everything over one session: first the applications, as they say which interfaces there
 * are besides those with nodes of their own, then the interfaces. Confined to the adapter's thread.
 */
final class WholeRead {
  private final Session session;
  private final DirectoryReader reader;
  private final ZooKeeperConfiguration configuration;
  private final RegistryMirror.Mark mark;
  private final Directories directories;
  private final LongSupplier nanoTime;
  private final Consumer<WholeRead> done;

  private final List<Service> services = new ArrayList<>();
  private final List<ServiceId> gone = new ArrayList<>();
  private final List<Directory> readable = new ArrayList<>();
  private final Map<Directory, DirectoryReader.Answer> unreadable = new LinkedHashMap<>();
  private Code failure = Code.OK;
  private String failurePath = "/";
  private int left;

  /**
   * @param mark the mirror's, from before the read
   * @param directories those that have had something, which are read also if they are gone
   * @param done takes this read once it has ended, in whatever way
   */
  WholeRead(
      Session session,
      Directories directories,
      ZooKeeperConfiguration configuration,
      RegistryMirror.Mark mark,
      LongSupplier nanoTime,
      Consumer<WholeRead> done) {
    this.session = session;
    this.reader = directories.reader();
    this.configuration = configuration;
    this.mark = mark;
    this.directories = directories;
    this.nanoTime = nanoTime;
    this.done = done;
  }

  RegistryMirror.Mark mark() {
    return mark;
  }

  /** Returns why nothing could be read; OK if it could. */
  Code failure() {
    return failure;
  }

  /** Returns the node at which that happened. */
  String failurePath() {
    return failurePath;
  }

  List<Service> services() {
    return services;
  }

  List<ServiceId> gone() {
    return gone;
  }

  List<Directory> readable() {
    return readable;
  }

  /** Returns the directories that could not be read, with their answers. */
  Map<Directory, DirectoryReader.Answer> unreadable() {
    return unreadable;
  }

  /**
   * Begins. What needs no answer to another question is asked at once, as a session answers in the
   * order of its questions: over a slow link each answer that is waited for counts.
   */
  void begin() {
    reader.beginWhole();
    Set<Directory.Key> applications = new LinkedHashSet<>();
    Set<Directory.Key> interfaces = new LinkedHashSet<>();
    Runnable next = () -> readApplications(applications, interfaces);
    left = 3;
    session.sync(code -> rootRead("/", code, next));
    // Without the chroot an empty registry would be a wrong answer.
    session.exists(code -> rootRead("/", code, next));
    list(Kind.APPLICATION, configuration.servicesRoot(), applications, next);
    if (configuration.dubbo().byInterface()) {
      list(Kind.INTERFACE, configuration.dubboRoot(), interfaces, next);
    }
    finish(next);
  }

  private void list(Kind kind, String root, Set<Directory.Key> keys, Runnable next) {
    left++;
    session.children(
        root,
        (code, names) -> {
          names.forEach(name -> keys.add(new Directory.Key(kind, name)));
          rootRead(root, code == Code.NONODE ? Code.OK : code, next);
        });
  }

  private void rootRead(String path, Code code, Runnable next) {
    if (code == Code.OK) {
      finish(next);
    } else {
      fail(code, path);
    }
  }

  private void readApplications(Set<Directory.Key> keys, Set<Directory.Key> interfaces) {
    addKnown(Kind.APPLICATION, keys);
    read(
        keys,
        () -> {
          if (configuration.dubbo().byInterface()) {
            readInterfaces(interfaces);
          } else {
            end();
          }
        });
  }

  private void addKnown(Kind kind, Set<Directory.Key> keys) {
    directories.keys().stream().filter(key -> key.kind() == kind).forEach(keys::add);
  }

  private void readInterfaces(Set<Directory.Key> keys) {
    addKnown(Kind.INTERFACE, keys);
    keys.removeIf(key -> !Directories.isInterface(key.name()));
    reader
        .interfacesOfApplications()
        .forEach(name -> keys.add(new Directory.Key(Kind.INTERFACE, name)));
    read(
        keys,
        () -> {
          reader.endWhole();
          end();
        });
  }

  private void read(Set<Directory.Key> keys, Runnable next) {
    left = keys.size() + 1;
    for (Directory.Key key : keys) {
      Directory directory = directories.of(key);
      reader.read(
          session,
          key,
          answer -> {
            take(directory, answer);
            finish(next);
          });
    }
    finish(next);
  }

  private void finish(Runnable next) {
    left--;
    if (left == 0 && failure == Code.OK) {
      next.run();
    }
  }

  private void take(Directory directory, DirectoryReader.Answer answer) {
    if (answer.isRead()) {
      Directory.Content content = directory.take(answer.services(), nanoTime.getAsLong());
      services.addAll(content.services());
      gone.addAll(content.gone());
      readable.add(directory);
    } else if (Codes.isLost(answer.code())) {
      fail(answer.code(), answer.path());
    } else {
      unreadable.put(directory, answer);
    }
  }

  private void fail(Code code, String path) {
    if (failure == Code.OK) {
      failure = code;
      failurePath = path;
      end();
    }
  }

  private void end() {
    done.accept(this);
  }
}
