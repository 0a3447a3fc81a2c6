package io.fairlead.registry.file;

import io.fairlead.files.Listing;
import io.fairlead.registry.RegularFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A check of all services files, once and without an adapter. Stateless. */
final class ServicesCheck {
  private ServicesCheck() {}

  /** Returns the problems of the files at a path, each a line that begins with its place. */
  static List<String> problems(Path top) {
    FileView.Builder view = new FileView.Builder();
    try {
      Listing listing = Listing.of(top);
      listing
          .unreadable()
          .forEach(
              (path, reason) ->
                  view.unreadable(path, ServicesFileException.of(path, reason), List.of()));
      for (Path file : listing.files().keySet()) {
        read(file, view);
      }
    } catch (IOException e) {
      view.unreadable(top, ServicesFileException.of(top, Listing.reason(e)), List.of());
    }
    return view.problems();
  }

  private static void read(Path file, FileView.Builder view) {
    try {
      byte[] content = RegularFile.read(file, YamlCursor.MAX_BYTES);
      ServicesReader.read(file, content).forEach(service -> view.add(file, service));
    } catch (IOException e) {
      view.unreadable(file, ServicesFileException.of(file, Listing.reason(e)), List.of());
    } catch (ServicesFileException e) {
      view.unreadable(file, e, List.of());
    }
  }
}
