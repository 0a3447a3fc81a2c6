package io.fairlead.configs.validation;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** URLs, of which only those are taken that Go reads, too. */
final class Urls {
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:[^@/\\[\\]]*@)?(?:\\[[0-9a-fA-F:.]+]|[^:@\\[\\]%]+)(?::[0-9]{0,9})?");

  private Urls() {}

  /** Whether this is a URL with a host. */
  static boolean isValid(String url, Set<String> schemes) {
    try {
      URI uri = new URI(url);
      String scheme = uri.getScheme();
      String authority = uri.getRawAuthority();
      return scheme != null
          && schemes.contains(scheme.toLowerCase(Locale.ROOT))
          && authority != null
          && AUTHORITY.matcher(authority).matches();
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
