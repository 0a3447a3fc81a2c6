package io.fairlead.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The documents of a tree, and what they name that the tree does not have. */
final class Documents {
  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```$");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]\n]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern QUOTED = Pattern.compile("`([^`\n]+)`");
  private static final Pattern DOCUMENT = Pattern.compile("\\b(docs/[\\w./-]*\\.md)\\b");

  private static final Pattern COMMENT =
      Pattern.compile("(?m)^\\s*(?:/?\\*+|//).*?\\b(docs/[\\w./-]*\\.md)\\b");

  /** A line of a table of folders: {@code registries/api/ the SPI}. */
  private static final Pattern FOLDER_LINE =
      Pattern.compile("(?m)^([\\w-]+(?:/[\\w-]+)*/) {2,}\\S");

  private static final Pattern PATH = Pattern.compile("[\\w.-]+(?:/[\\w.-]+)*/?");
  private static final Pattern FILE = Pattern.compile(".+\\.(?:java|md|xml|proto|sh|txt)");
  private static final Pattern TYPE =
      Pattern.compile("([A-Z]\\w*[a-z]\\w*)(?:\\.([A-Za-z]\\w*))?(?:\\([\\w, ]*\\))?");

  private static final Set<String> SKIPPED =
      Set.of("target", ".git", ".cache", "data", "node_modules");

  /** Where paths may begin: a document's own folder, the root, and the root of a distribution. */
  private static final List<String> DISTRIBUTION =
      List.of("mcp-server/cli/src/main/dist", "mcp-server/cli/src/main/filtered");

  /** What is only there once it was made. */
  private static final Set<String> MADE = Set.of("target/", "data/", "lib/", ".cache/");

  private final Path root;
  private final Map<String, Path> types = new HashMap<>();
  private final List<Path> documents = new ArrayList<>();
  private final List<Path> sources = new ArrayList<>();
  private final Set<String> foreign;

  /**
   * Reads a tree.
   *
   * @param foreign names that look like our types and are those of Istio, Consul, Nacos or Java
   */
  Documents(Path root, Set<String> foreign) throws IOException {
    this.root = root;
    this.foreign = foreign;
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return SKIPPED.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = file.getFileName().toString();
            if (name.endsWith(".java")) {
              types.put(name.substring(0, name.length() - 5), file);
              sources.add(file);
            } else if (name.endsWith(".md")) {
              documents.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  List<Path> all() {
    return documents;
  }

  /** Returns each name that leads nowhere, as {@code document: name}. */
  Set<String> missing() {
    Set<String> missing = new TreeSet<>();
    for (Path document : documents) {
      String text = read(document);
      String prose = CODE_BLOCK.matcher(text).replaceAll("");
      find(LINK, prose)
          .filter(link -> !link.contains("://") && !isLink(document, link))
          .forEach(link -> missing.add(told(document, link)));
      // A changelog names what is gone, too; the page on moving here what others have.
      boolean ofOthers =
          document.endsWith("CHANGELOG.md") || document.endsWith("docs/migration.md");
      find(QUOTED, prose)
          .filter(name -> !ofOthers && !isKnown(document, name))
          .forEach(name -> missing.add(told(document, name)));
      find(FOLDER_LINE, text)
          .filter(name -> !isPath(document, name))
          .forEach(name -> missing.add(told(document, name)));
      find(DOCUMENT, text)
          .filter(name -> !isPath(document, name))
          .forEach(name -> missing.add(told(document, name)));
    }
    for (Path source : sources) {
      find(COMMENT, read(source))
          .filter(name -> !isPath(source, name))
          .forEach(name -> missing.add(told(source, name)));
    }
    return missing;
  }

  private String told(Path document, String name) {
    return root.relativize(document) + ": " + name;
  }

  private boolean isLink(Path document, String link) {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? document : document.resolveSibling(path);
    if (!Files.exists(target)) {
      return false;
    }
    return hash < 0 || anchors(target).contains(link.substring(hash + 1));
  }

  private static List<String> anchors(Path document) {
    return read(document)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^\\w -]", "").replace(' ', '-'))
        .toList();
  }

  /** Returns whether a quoted name is in the tree, or neither a path nor a type of it. */
  private boolean isKnown(Path document, String name) {
    Matcher type = TYPE.matcher(name);
    if (type.matches()) {
      return isType(type.group(1), type.group(2));
    }
    if (!PATH.matcher(name).matches() || MADE.stream().anyMatch(name::startsWith)) {
      return true;
    }
    boolean looksLikeOurs =
        FILE.matcher(name).matches()
            || name.endsWith("/")
            || (name.contains("/") && Files.isDirectory(root.resolve(name.split("/", 2)[0])));
    return !looksLikeOurs || isPath(document, name);
  }

  private boolean isType(String name, @Nullable String member) {
    // One word alone ("Service") may be anything.
    boolean oneWord = name.substring(1).equals(name.substring(1).toLowerCase(Locale.ROOT));
    if (foreign.contains(name) || (oneWord && member == null)) {
      return true;
    }
    Path source = types.get(name);
    return source != null
        && (member == null || read(source).matches("(?s).*\\b" + member + "\\b.*"));
  }

  private boolean isPath(Path document, String name) {
    return Files.exists(root.resolve(name))
        || Files.exists(document.resolveSibling(name))
        || DISTRIBUTION.stream()
            .anyMatch(folder -> Files.exists(root.resolve(folder).resolve(name)));
  }

  private static Stream<String> find(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
