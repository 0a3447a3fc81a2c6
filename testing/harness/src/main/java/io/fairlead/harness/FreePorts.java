package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Free TCP ports of the loopback interface, each given out once a JVM. They are taken below the
 * kernel's ephemeral range, so that an outgoing connection cannot take one between the choice and
 * its use. Thread-safe.
 */
public final class FreePorts {
  private static final int LOWEST = 11_000;
  private static final int HIGHEST = 31_000;
  private static final Set<Integer> GIVEN = new HashSet<>();

  // Each JVM starts elsewhere, so that test runs side by side do not ask for the same ports.
  private static int next =
      LOWEST + (int) Math.floorMod(ProcessHandle.current().pid() * 997, (long) HIGHEST - LOWEST);

  private FreePorts() {}

  /** Returns one free port. */
  public static int next() {
    return range(1);
  }

  /** Returns the first of {@code count} free ports in a row. */
  public static synchronized int range(int count) {
    for (int tries = 0; tries < HIGHEST - LOWEST; tries++) {
      if (next + count > HIGHEST) {
        next = LOWEST;
      }
      int first = next;
      next++;
      if (allFree(first, count)) {
        for (int port = first; port < first + count; port++) {
          GIVEN.add(port);
        }
        next = first + count;
        return first;
      }
    }
    throw new IllegalStateException("no " + count + " free ports in a row on the loopback");
  }

  /**
   * Returns a free port whose successors at the given distances are free, too (Nacos derives ports
   * so).
   */
  public static synchronized int withOffsets(int... offsets) {
    for (int tries = 0; tries < HIGHEST - LOWEST; tries++) {
      if (next >= HIGHEST) {
        next = LOWEST;
      }
      int port = next++;
      boolean free = allFree(port, 1);
      for (int offset : offsets) {
        free = free && allFree(port + offset, 1);
      }
      if (free) {
        GIVEN.add(port);
        for (int offset : offsets) {
          GIVEN.add(port + offset);
        }
        return port;
      }
    }
    throw new IllegalStateException("no free ports at the asked distances on the loopback");
  }

  private static boolean allFree(int first, int count) {
    for (int port = first; port < first + count; port++) {
      if (GIVEN.contains(port) || !bindable(port)) {
        return false;
      }
    }
    return true;
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
