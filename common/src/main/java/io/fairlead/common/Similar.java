package io.fairlead.common;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a mistyped one probably means. */
public final class Similar {
  private Similar() {}

  /**
   * Returns the nearest of the known words, if it is at most a third of the letters away; of
   * equally near ones that with the same beginning. Two letters in the wrong order are one mistake.
   */
  public static Optional<String> to(String word, Collection<String> known) {
    String nearest = "";
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < least
          || (distance == least
              && sharedBeginning(word, candidate) > sharedBeginning(word, nearest))) {
        least = distance;
        nearest = candidate;
      }
    }
    return least <= Math.max(1, word.length() / 3) && least < nearest.length()
        ? Optional.of(nearest)
        : Optional.empty();
  }

  /** Returns the only one of the known words that begins like this, else the nearest one. */
  public static Optional<String> orBeginning(String word, Collection<String> known) {
    List<String> longer =
        word.isEmpty() ? List.of() : known.stream().filter(one -> one.startsWith(word)).toList();
    return longer.size() == 1 ? Optional.of(longer.get(0)) : to(word, known);
  }

  private static int sharedBeginning(String a, String b) {
    int i = 0;
    while (i < Math.min(a.length(), b.length()) && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    return i;
  }

  // Optimal string alignment: Levenshtein's distance in which a swap of neighbours costs one.
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      cost[i][0] = i;
      for (int j = 1; j <= b.length(); j++) {
        if (i == 0) {
          cost[i][j] = j;
          continue;
        }
        int substituted = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(substituted, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
