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

  void begin() {
    reader.beginWhole();
    session.sync(
        synced -> {
          if (synced == Code.OK) {
            session.exists(this::begin);
          } else {
            fail(synced, "/");
          }
        });
  }

  private void begin(Code there) {
    if (there == Code.OK) {
      list(Kind.APPLICATION, configuration.servicesRoot(), this::readApplications);
    } else {
      // Without the chroot: an empty registry would be a wrong answer.
      fail(there, "/");
    }
  }

  private void list(Kind kind, String root, Consumer<Set<Directory.Key>> next) {
    session.children(
        root,
        (code, names) -> {
          if (code != Code.OK && code != Code.NONODE) {
            fail(code, root);
            return;
          }
          Set<Directory.Key> keys = new LinkedHashSet<>();
          names.forEach(name -> keys.add(new Directory.Key(kind, name)));
          directories.keys().stream().filter(key -> key.kind() == kind).forEach(keys::add);
          next.accept(keys);
        });
  }

  private void readApplications(Set<Directory.Key> keys) {
    read(
        keys,
        () -> {
          if (configuration.dubbo().byInterface()) {
            list(Kind.INTERFACE, configuration.dubboRoot(), this::readInterfaces);
          } else {
            end();
          }
        });
  }

  private void readInterfaces(Set<Directory.Key> keys) {
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
