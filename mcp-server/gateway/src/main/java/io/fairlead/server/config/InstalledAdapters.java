package io.fairlead.server.config;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The registry types of this process: the built-in ones, and those of a folder, which is looked at
 * whenever they are asked for. Thread-safe.
 */
public final class InstalledAdapters implements Supplier<AdapterTypes> {
  private final AdapterTypes builtIn;
  private final @Nullable AdapterFolder folder;

  private InstalledAdapters(AdapterTypes builtIn, @Nullable AdapterFolder folder) {
    this.builtIn = builtIn;
    this.folder = folder;
  }

  /**
   * Returns the built-in types with those of a folder.
   *
   * @param folder the folder of the jars that are dropped in; it need not exist
   */
  public static InstalledAdapters in(Path folder) {
    ClassLoader gateway = InstalledAdapters.class.getClassLoader();
    return new InstalledAdapters(
        AdapterTypes.installed(), new AdapterFolder(folder.toAbsolutePath().normalize(), gateway));
  }

  /** Returns the built-in types. */
  public static InstalledAdapters builtIn() {
    return new InstalledAdapters(AdapterTypes.installed(), null);
  }

  /** Returns the types that there are now. */
  @Override
  public AdapterTypes get() {
    return folder == null ? builtIn : builtIn.with(folder);
  }
}
