package io.fairlead.server.config;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.Secret;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.registry.TlsFiles;
import io.fairlead.server.tls.ReloadingTls;
import io.fairlead.server.tls.TlsFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the files a registry's configuration names are there: a typing error in the name of a
 * CA file should be found before a connection fails. Secrets are looked at by {@link
 * #checkSecrets}, for whom asks for it: they often exist only where the gateway runs.
 */
final class FileChecks {
  private FileChecks() {}

  /** Reports every path in a record, and in the records inside it, that does not exist. */
  static void check(Record bound, String path, Problems problems) {
    check(bound, path, problems, false);
  }

  /**
   * Reports only what the records inside it name, such as certificates. What the record itself
   * names is what the registry is read from: a folder that is not mounted yet is a registry that is
   * down, and must not keep a gateway from serving what it knows.
   */
  static void checkForServing(Record bound, String path, Problems problems) {
    check(bound, path, problems, true);
  }

  /**
   * Reports every secret and every private key in a record, and in the records inside it, that
   * cannot be read.
   */
  static void checkSecrets(Record bound, String path, Problems problems) {
    for (ConfigurationKey key : KeyedRecord.of(bound.getClass()).keys()) {
      checkSecret(key.of(bound), KeyPath.key(path, key.name()), problems);
    }
  }

  /** Reports a certificate, a key or an authority of a listener that could not be used now. */
  static void checkTls(@Nullable ListenerTls tls, String path, Problems problems) {
    if (tls != null) {
      try {
        ReloadingTls.check(tls, Instant.now());
      } catch (TlsFileException e) {
        problems.atValue(KeyPath.key(path, e.key()), String.valueOf(e.getMessage()));
      }
    }
  }

  private static void checkSecret(@Nullable Object value, String path, Problems problems) {
    if (value instanceof Secret secret) {
      try {
        secret.read();
      } catch (SecretUnavailableException e) {
        problems.atValue(path, String.valueOf(e.getMessage()));
      }
    } else if (value instanceof TlsFiles tls) {
      checkKey(tls, path, problems);
    } else if (value instanceof Record nested) {
      checkSecrets(nested, path, problems);
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        checkSecret(list.get(i), KeyPath.item(path, i), problems);
      }
    }
  }

  private static void checkKey(TlsFiles tls, String path, Problems problems) {
    Path file = tls.key();
    // One that is not there was reported already.
    if (file != null && Files.isRegularFile(file) && Files.isReadable(file)) {
      try {
        PrivateKey unused = TlsFiles.readKey(file);
      } catch (IOException e) {
        problems.atValue(KeyPath.key(path, "key"), String.valueOf(e.getMessage()));
      }
    }
  }

  /**
   * Reports a place of the store's file that cannot be one, and warns if this user cannot write.
   */
  static void checkStore(Path store, Problems problems, Problems warnings) {
    if (Files.isDirectory(store)) {
      problems.atValue("store.path", store + ": a folder (expected: a file)");
      return;
    }
    Path folder = store.toAbsolutePath().getParent();
    while (folder != null && !Files.exists(folder)) {
      folder = folder.getParent();
    }
    if (folder != null && !Files.isDirectory(folder)) {
      problems.atValue("store.path", store + ": " + folder + " is a file (expected: a folder)");
    } else if (folder != null && !Files.isWritable(folder)) {
      warnings.atValue(
          "store.path",
          store
              + ": this user may not write to "
              + folder
              + " (expected: the user that serves may)");
    } else if (Files.exists(store) && !Files.isWritable(store)) {
      warnings.atValue(
          "store.path",
          store + ": this user may not write to it (expected: the user that serves may)");
    }
  }

  private static void check(Record bound, String path, Problems problems, boolean onlyInside) {
    for (ConfigurationKey key : KeyedRecord.of(bound.getClass()).keys()) {
      Object value = key.of(bound);
      if (!onlyInside || !(value instanceof Path)) {
        checkValue(value, KeyPath.key(path, key.name()), problems);
      }
    }
  }

  private static void checkValue(@Nullable Object value, String path, Problems problems) {
    if (value instanceof Path file) {
      if (!Files.exists(file)) {
        problems.atValue(path, file + " (expected: a file or folder that exists)");
      } else if (!Files.isRegularFile(file) && !Files.isDirectory(file)) {
        // To read a pipe or a device may never end.
        problems.atValue(path, file + ": a pipe or device (expected: a file or folder)");
      } else if (!Files.isReadable(file)) {
        problems.atValue(path, file + " (expected: a file or folder that this user may read)");
      }
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        checkValue(list.get(i), KeyPath.item(path, i), problems);
      }
    } else if (value instanceof Record nested && !(value instanceof Secret)) {
      check(nested, path, problems);
    }
  }
}
