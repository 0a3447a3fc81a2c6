package io.fairlead.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** The modules of the build with their dependencies on each other, as the POMs have them. */
final class Poms {
  /**
   * A module.
   *
   * @param folder its folder
   * @param dependencies folders of the modules that it depends on, with the scope of each
   */
  record Module(String folder, Map<String, String> dependencies) {}

  private final Map<String, Module> modules = new LinkedHashMap<>();
  private final Set<String> managed = new TreeSet<>();
  private final Set<String> used = new TreeSet<>();

  private Poms() {}

  static Poms read(Path root) {
    Map<String, String> folders = new LinkedHashMap<>();
    Map<String, Element> projects = new LinkedHashMap<>();
    Element parent = project(root);
    for (Element module : children(child(parent, "modules").orElseThrow(), "module")) {
      String folder = module.getTextContent();
      Element project = project(root.resolve(folder));
      folders.put(text(project, "artifactId").orElseThrow(), folder);
      projects.put(folder, project);
    }
    Poms poms = new Poms();
    for (Element library : dependencies(child(parent, "dependencyManagement").orElseThrow())) {
      String name = text(library, "artifactId").orElseThrow();
      if (text(library, "scope").isEmpty() && !folders.containsKey(name)) {
        poms.managed.add(name);
      }
    }
    dependencies(parent).forEach(each -> poms.used.add(text(each, "artifactId").orElseThrow()));
    projects.forEach(
        (folder, project) -> {
          Map<String, String> dependencies = new LinkedHashMap<>();
          for (Element dependency : dependencies(project)) {
            String name = text(dependency, "artifactId").orElseThrow();
            poms.used.add(name);
            String target = folders.get(name);
            // A module's test classes, whose scope is always that of a test, say nothing of it.
            if (target != null && text(dependency, "type").isEmpty()) {
              dependencies.put(target, text(dependency, "scope").orElse("compile"));
            }
          }
          poms.with(new Module(folder, dependencies));
        });
    return poms;
  }

  Set<String> folders() {
    return modules.keySet();
  }

  /** Returns the libraries whose version the parent has and that no module depends on. */
  Set<String> unused() {
    Set<String> unused = new TreeSet<>(managed);
    unused.removeAll(used);
    return unused;
  }

  Poms with(Module module) {
    modules.put(module.folder(), module);
    return this;
  }

  Module module(String folder) {
    return Optional.ofNullable(modules.get(folder)).orElseThrow();
  }

  /** Returns what a distribution of a module has in it: what it needs to run, and that in turn. */
  Set<String> runtimeOf(String folder) {
    Set<String> found = new TreeSet<>();
    collect(folder, found);
    return found;
  }

  private void collect(String folder, Set<String> found) {
    if (!found.add(folder)) {
      return;
    }
    module(folder)
        .dependencies()
        .forEach(
            (target, scope) -> {
              if (!scope.equals("test") && !scope.equals("provided")) {
                collect(target, found);
              }
            });
  }

  /**
   * Returns each arrow of the POMs that {@link Room} does not have, and each adapter compiled in.
   */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    for (Module module : modules.values()) {
      Set<String> allowed = new HashSet<>(Set.of(Room.COMMON));
      Room.of(module.folder()).ifPresent(room -> allowed.addAll(room.uses()));
      module
          .dependencies()
          .forEach(
              (target, scope) -> {
                boolean adapter = Room.ADAPTERS.contains(target);
                if (scope.equals("compile") && adapter) {
                  faults.add(module.folder() + " compiles against the adapter " + target);
                } else if (scope.equals("compile")
                    && Room.of(module.folder()).isPresent()
                    && !allowed.contains(target)) {
                  faults.add(module.folder() + " compiles against " + target);
                }
              });
    }
    return faults;
  }

  private static List<Element> dependencies(Element parent) {
    return child(parent, "dependencies").map(Poms::all).orElse(List.of());
  }

  private static Element project(Path folder) {
    try {
      return DocumentBuilderFactory.newDefaultInstance()
          .newDocumentBuilder()
          .parse(folder.resolve("pom.xml").toFile())
          .getDocumentElement();
    } catch (ParserConfigurationException | SAXException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> text(Element parent, String name) {
    return child(parent, name).map(Element::getTextContent);
  }

  private static Optional<Element> child(Element parent, String name) {
    return children(parent, name).stream().findFirst();
  }

  private static List<Element> children(Element parent, String name) {
    return all(parent).stream().filter(element -> element.getTagName().equals(name)).toList();
  }

  private static List<Element> all(Element parent) {
    List<Element> elements = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        elements.add(element);
      }
    }
    return elements;
  }
}
