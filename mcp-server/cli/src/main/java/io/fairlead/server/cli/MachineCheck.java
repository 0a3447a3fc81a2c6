package io.fairlead.server.cli;

import io.fairlead.common.Causes;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.HostPort;
import io.fairlead.versioning.StoreCheck;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A look at what a gateway would meet on this machine: ports, its store, its disk. */
final class MachineCheck {
  private static final long MEGABYTE = 1 << 20;
  private static final long LITTLE = 100 * MEGABYTE;

  private final Diagnosis diagnosis;
  private final GatewayConfig config;

  MachineCheck(Diagnosis diagnosis, GatewayConfig config) {
    this.diagnosis = diagnosis;
    this.config = config;
  }

  /** Looks whether the ports are free, which those of a running gateway are not. */
  void ports() {
    List<HostPort> addresses = addresses();
    int free = 0;
    for (HostPort address : addresses) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(address.toSocketAddress());
        free++;
      } catch (IOException e) {
        diagnosis.critical(
            "port",
            address.toString(),
            "The address cannot be listened on: " + Causes.of(e) + ".",
            "End the program that has it, or configure another; the gateway does not start like"
                + " this.",
            "ss -ltnp 'sport = :" + address.port() + "'");
      }
    }
    if (free == addresses.size()) {
      diagnosis.sound("ports: all " + free + " are free");
    }
  }

  private List<HostPort> addresses() {
    List<HostPort> addresses = new ArrayList<>(config.xds().listeners());
    config.admin().plaintext().ifPresent(addresses::add);
    config.admin().secure().ifPresent(addresses::add);
    return addresses;
  }

  /**
   * Looks at the store.
   *
   * @param running whether a gateway runs, which then has it
   */
  void store(boolean running) {
    Path file = config.store().path().toAbsolutePath().normalize();
    StoreCheck store = StoreCheck.of(file);
    switch (store.state()) {
      case SOUND -> diagnosis.sound("store " + file + ": " + store.text());
      case MISSING ->
          diagnosis.sound("store " + file + ": none yet, the first start reads the registries");
      case IN_USE -> {
        if (running) {
          diagnosis.sound("store " + file + ": a gateway has it");
        } else {
          diagnosis.critical(
              "store",
              file.toString(),
              store.text(),
              "Look with --admin whether that is the gateway that you mean.",
              "");
        }
      }
      case UNUSABLE ->
          diagnosis.warning(
              "store",
              file.toString(),
              "The file is of no use: " + store.text() + ".",
              "A start sets it aside and reads the registries; clients wait for that.",
              "");
      case FAILING ->
          diagnosis.critical(
              "store",
              file.toString(),
              store.text(),
              "Look at the owner and the mode of the file and of its folder, and at the disk.",
              "ls -ld " + file + " " + file.getParent());
      default -> throw new IllegalStateException("state: " + store.state());
    }
    disk(file);
  }

  private static boolean isReadOnly(Path folder) {
    try {
      return Files.getFileStore(folder).isReadOnly();
    } catch (IOException e) {
      return false; // Then the next looks say what is wrong.
    }
  }

  private void disk(Path file) {
    Path folder = file.getParent();
    while (folder != null && !Files.exists(folder)) {
      folder = folder.getParent();
    }
    if (folder == null) {
      return;
    }
    if (isReadOnly(folder)) {
      diagnosis.critical(
          "store",
          folder.toString(),
          "The file system of the store is read-only.",
          "Mount a volume there that can be written, or give --data another folder.",
          "df " + folder);
      return;
    }
    if (!Files.isWritable(folder)) {
      diagnosis.critical(
          "store",
          folder.toString(),
          "This user may not write to the folder of the store.",
          "Start the gateway as a user who may, or give --data another folder.",
          "ls -ld " + folder);
      return;
    }
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < LITTLE) {
        diagnosis.warning(
            "disk",
            folder.toString(),
            "The disk of the store has " + free / MEGABYTE + " MB left.",
            "Make room. While it is full, changes are served from memory only.",
            "df -h " + folder);
      } else {
        diagnosis.sound("disk of the store: " + free / MEGABYTE + " MB free");
      }
    } catch (IOException e) {
      diagnosis.unseen("disk of " + folder + ": " + Causes.of(e));
    }
  }
}
