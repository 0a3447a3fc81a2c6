package io.fairlead.registry.zookeeper;

import io.fairlead.common.Causes;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterThread;
import io.fairlead.registry.support.MirrorOptions;
import io.fairlead.registry.support.RegistryMirror;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;

/**
 * An adapter for one ZooKeeper ensemble. A session watches both roots with all that is below; each
 * event has its directory read again. Everything is read once more with each new connection, as a
 * watch tells nothing of what happened without one, and now and then besides.
 *
 * <p>One thread owns everything here but the {@link #close()}.
 */
final class ZooKeeperAdapter implements RegistryAdapter, Session.Listener {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(5);
  // The client takes up to a second between two attempts.
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  // Besides two session timeouts, in which the client has tried each server.
  private static final Duration RENEWAL = Duration.ofSeconds(5);

  private final ZooKeeperConfiguration configuration;
  private final RegistrySink sink;
  private final String servers;
  private final AdapterThread thread;
  private final RegistryMirror mirror;
  private final Directories directories;
  private final AtomicBoolean started = new AtomicBoolean();
  // Written by the thread; taken by whoever closes.
  private final AtomicReference<@Nullable Session> session = new AtomicReference<>();

  private boolean watchesOnce;
  // Whether a server without persistent watches is about to end the connection.
  private boolean ending;
  private boolean connected;
  private boolean complete;
  private @Nullable WholeRead whole;
  private long awaySince;
  private long nextWhole;

  ZooKeeperAdapter(AdapterContext context, ZooKeeperConfiguration configuration) {
    this.configuration = configuration;
    this.sink = context.sink();
    this.servers =
        "ZooKeeper at " + String.join(",", configuration.addresses()) + configuration.chroot();
    AtomicReference<@Nullable RegistryMirror> made = new AtomicReference<>();
    this.thread =
        new AdapterThread(
            "zookeeper",
            context.registry(),
            fault -> {
              RegistryMirror told = made.get();
              if (told != null) {
                told.failed("a fault in the adapter: " + Causes.of(fault), fault);
              }
            });
    this.mirror =
        new RegistryMirror(
            context, thread, MirrorOptions.believing(configuration.settle()), this::readAgain);
    made.set(mirror);
    this.directories =
        new Directories(
            context.registry(),
            servers,
            configuration,
            thread,
            mirror,
            () -> nextWhole = thread.nanoTime());
  }

  // ---- Life cycle -----------------------------------------------------------------------------

  @Override
  public void start() {
    if (started.getAndSet(true)) {
      throw new IllegalStateException("adapter: started before (expected: one start)");
    }
    awaySince = thread.nanoTime();
    thread.repeat(this::look);
  }

  @Override
  public Optional<Service> reported(ServiceId id) {
    return mirror.reported(id);
  }

  @Override
  public void close() {
    mirror.close();
    thread.close();
    Session last = session.getAndSet(null);
    if (last != null) {
      last.close();
    }
  }

  /** Looks after the session; returns the time until the next look. */
  private Duration look() {
    Session present = session.get();
    long now = thread.nanoTime();
    if (present == null) {
      open();
    } else if (!connected) {
      if (now - awaySince > renewal().toNanos()) {
        renew();
      } else if (now - awaySince > PATIENCE.toNanos()) {
        away("no connection: " + Reachability.reason(configuration.addresses()));
      }
    } else if (whole == null && now - nextWhole >= 0) {
      readWhole(present);
    } else if (complete) {
      present.exists(
          code -> {
            if (code == Code.OK && complete) {
              mirror.alive();
            }
          });
    }
    return LOOK;
  }

  /**
   * Returns the time without a connection after which a session is given up. The client does so by
   * itself, and sooner, but only if there was a connection before. It has the certificate, the key
   * and the password from when the session was opened.
   */
  private Duration renewal() {
    return configuration.sessionTimeout().multipliedBy(2).plus(RENEWAL);
  }

  private void renew() {
    Session last = session.getAndSet(null);
    if (last != null) {
      last.close();
      directories.abandon();
    }
    open();
  }

  private void open() {
    try {
      Session opened = new Session(configuration, watchesOnce, thread, this);
      session.set(opened);
      awaySince = thread.nanoTime();
    } catch (IOException | SecretUnavailableException | IllegalArgumentException e) {
      mirror.failed(servers + ": " + Causes.of(e), e);
    }
  }

  private void away(String what) {
    mirror.failed(servers + ": " + what, KeeperException.create(Code.CONNECTIONLOSS));
  }

  // ---- What the session tells -----------------------------------------------------------------

  @Override
  public void connected() {
    Session present = session.get();
    if (present == null) {
      return;
    }
    connected = true;
    directories.connected(present);
    complete = false;
    whole = null;
    nextWhole = thread.nanoTime() + RETRY.toNanos();
    if (!watchesOnce) {
      if (configuration.dubbo().byInterface()) {
        present.watch(configuration.dubboRoot(), code -> watched(present, code));
      }
      present.watch(configuration.servicesRoot(), code -> watched(present, code));
    }
    // Servers take the requests of a session in their order: what is read now is watched.
    readWhole(present);
  }

  private void watched(Session present, Code code) {
    if (code == Code.UNIMPLEMENTED) {
      // Servers before 3.6. They also end the connection, so that all begins anew.
      watchesOnce = true;
      ending = true;
      present.watchOnce();
      return;
    }
    if (ending || present != session.get() || Codes.isLost(code)) {
      return;
    }
    if (code != Code.OK) {
      mirror.failed(servers + ": " + Codes.meaning(code), KeeperException.create(code));
    }
  }

  @Override
  public void disconnected() {
    connected = false;
    directories.disconnected();
    complete = false;
    whole = null;
    awaySince = thread.nanoTime();
    if (ending) {
      ending = false;
    } else {
      away("the connection is lost");
    }
  }

  @Override
  public void expired() {
    disconnected();
    renew();
  }

  @Override
  public void took(Duration time) {
    sink.readTook(time);
  }

  @Override
  public void changed(Watcher.Event.EventType what, String path) {
    directories.changed(path);
  }

  /** Reads what the mirror wants to be sure of. */
  private void readAgain(Set<ServiceId> ids) {
    Session present = session.get();
    if (!ids.isEmpty()) {
      ids.forEach(directories::readAgain);
    } else if (present != null && connected && whole == null) {
      readWhole(present);
    }
  }

  // ---- Everything -----------------------------------------------------------------------------

  private void readWhole(Session present) {
    nextWhole = thread.nanoTime() + configuration.reconcileInterval().toNanos();
    WholeRead read =
        new WholeRead(
            present, directories, configuration, mirror.mark(), thread::nanoTime, this::take);
    whole = read;
    read.begin();
  }

  private void take(WholeRead read) {
    if (whole != read) {
      return;
    }
    whole = null;
    if (read.failure() != Code.OK) {
      if (!Codes.isLost(read.failure())) {
        nextWhole = thread.nanoTime() + RETRY.toNanos();
        mirror.failed(
            servers + ": " + read.failurePath() + ": " + Codes.meaning(read.failure()),
            KeeperException.create(read.failure()));
      }
      return;
    }
    complete = true;
    read.unreadable().forEach(directories::fails);
    if (read.unreadable().isEmpty() || mirror.size() == 0) {
      mirror.whole(read.mark(), read.services());
    } else {
      // A whole read without them would remove what cannot be read.
      read.services().forEach(mirror::changed);
      read.gone().forEach(mirror::missing);
      mirror.works("");
    }
    read.readable().forEach(directories::works);
    directories.forgetIdle();
  }
}
