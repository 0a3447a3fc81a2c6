package io.fairlead.server.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * The text of a configuration as people may see it. The configuration names secrets and has none;
 * this is for what was written into it all the same, such as a password in an address or a comment,
 * or a key of an adapter that is not ours.
 */
public final class ShownText {
  private static final String HIDDEN = "(hidden)";
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i).*(pass(word|wd|phrase)|secret|token|credential|api-?_?key|access-?_?key|private-?_?key).*");
  private static final Pattern USER = Pattern.compile("(://)[^/@\\s\"']+@");
  private static final Pattern COMMENT =
      Pattern.compile(
          "(?i)(#.*?(?:pass(?:word|wd|phrase)|secret|token|credential|key)\\w*\\s*[:=]).*");

  private ShownText() {}

  /** A value in the text. */
  private record Place(int start, int end) {}

  /** Returns the text with what looks like a secret hidden; nothing of one that is not YAML. */
  public static String of(String text) {
    List<Place> places = new ArrayList<>();
    try {
      Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
      if (root != null) {
        collect(root, places, Collections.newSetFromMap(new IdentityHashMap<>()));
      }
    } catch (YAMLException e) {
      return "";
    }
    // Marks count code points.
    int[] points = text.codePoints().toArray();
    StringBuilder shown = new StringBuilder();
    int from = 0;
    places.sort(Comparator.comparingInt(Place::start));
    for (Place place : places) {
      shown.append(new String(points, from, place.start() - from)).append(HIDDEN);
      from = place.end();
      if (from > 0 && points[from - 1] == '\n') {
        shown.append('\n');
      }
    }
    shown.append(new String(points, from, points.length - from));
    Matcher comments = COMMENT.matcher(USER.matcher(shown).replaceAll("$1" + HIDDEN + "@"));
    return comments.replaceAll(found -> hidden(found.group(), found.group(1)));
  }

  // What is named after a secret key is hidden but where it is only said where the secret is.
  private static String hidden(String all, String begin) {
    String rest = all.substring(begin.length()).strip();
    boolean names = rest.isEmpty() || rest.startsWith("{env") || rest.startsWith("{file");
    return Matcher.quoteReplacement(names ? all : begin + " " + HIDDEN);
  }

  // An alias stands for a node that was seen already, perhaps for one that it is in.
  private static void collect(Node node, List<Place> places, Set<Node> seen) {
    if (!seen.add(node)) {
      return;
    }
    if (node instanceof MappingNode mapping) {
      for (NodeTuple each : mapping.getValue()) {
        if (each.getValueNode() instanceof ScalarNode value && isSecret(each.getKeyNode())) {
          if (seen.add(value)) {
            places.add(new Place(value.getStartMark().getIndex(), value.getEndMark().getIndex()));
          }
        } else {
          collect(each.getValueNode(), places, seen);
        }
      }
    } else if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(each -> collect(each, places, seen));
    }
  }

  private static boolean isSecret(Node key) {
    return key instanceof ScalarNode name && SECRET.matcher(name.getValue()).matches();
  }
}
