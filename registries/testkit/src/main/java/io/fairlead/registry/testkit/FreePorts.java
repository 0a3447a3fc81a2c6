package io.fairlead.registry.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The free TCP ports of the loopback interface. A port that is given out belongs to this JVM as
 * long as it lives: tests run side by side, and a port whose server is down for a moment must stay
 * its own. Ports are taken below the kernel's ephemeral range, so that an outgoing connection
 * cannot take one between the choice and its use. Thread-safe.
 */
public final class FreePorts {
  private static final int MIN_PORT = 11_000;
  private static final int MAX_PORT = 31_000;
  // The byte at a port's number stands for the port; the kernel gives the locks back with the JVM.
  private static final FileChannel CLAIMS = claims();
  private static final Map<Integer, FileLock> GIVEN = new HashMap<>();

  // Each JVM starts elsewhere, so that test runs side by side seldom ask for the same ports.
  private static int next =
      MIN_PORT
          + (int) Math.floorMod(ProcessHandle.current().pid() * 997, (long) MAX_PORT - MIN_PORT);

  private FreePorts() {}

  /** Returns one free port. */
  public static int next() {
    return withOffsets();
  }

  /** Returns the first of {@code count} free ports in a row. */
  public static int range(int count) {
    int[] offsets = new int[count - 1];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = i + 1;
    }
    return withOffsets(offsets);
  }

  /**
   * Returns a free port whose successors at the given distances are free, too (Nacos derives ports
   * so).
   */
  public static synchronized int withOffsets(int... offsets) {
    for (int tries = 0; tries < MAX_PORT - MIN_PORT; tries++) {
      if (next >= MAX_PORT) {
        next = MIN_PORT;
      }
      int port = next++;
      if (take(port, offsets)) {
        return port;
      }
    }
    throw new IllegalStateException("no free ports at the asked distances on the loopback");
  }

  private static boolean take(int port, int... offsets) {
    List<Integer> taken = new ArrayList<>();
    boolean all = take(port, taken);
    for (int offset : offsets) {
      all = all && take(port + offset, taken);
    }
    if (!all) {
      taken.forEach(FreePorts::giveBack);
    }
    return all;
  }

  private static boolean take(int port, List<Integer> taken) {
    if (GIVEN.containsKey(port)) {
      return false;
    }
    FileLock claim = claim(port);
    if (claim == null) {
      return false;
    }
    GIVEN.put(port, claim);
    taken.add(port);
    // Only a port of one's own is tried: to bind another's may be what keeps its server from it.
    return bindable(port);
  }

  private static @Nullable FileLock claim(int port) {
    try {
      return CLAIMS.tryLock(port, 1, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a port back that nothing listens on any more; no other JVM could take it else. */
  static synchronized void giveBack(int port) {
    FileLock claim = GIVEN.remove(port);
    if (claim != null) {
      try {
        claim.release();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static FileChannel claims() {
    Path file =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "fairlead-ports-" + System.getProperty("user.name"));
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean bindable(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.isBound();
    } catch (java.net.BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
