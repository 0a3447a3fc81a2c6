package io.fairlead.configs.validation;

import com.google.re2j.Pattern;
import io.fairlead.common.IpText;
import io.fairlead.common.LabelSyntax;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Names of hosts and addresses, by istiod's rules. */
public final class Hosts {
  /** The form of a host, for people. */
  static final String FORM = "a DNS name, also with a first label *";

  static final String NAME_FORM = "a DNS name";
  static final String LABEL_FORM = "letters, digits and -, at most 63 characters";
  static final String UNIX = "unix://";

  private static final int MAX_NAME = 255;
  private static final Pattern DIGIT = Pattern.compile("[0-9]");
  private static final Pattern LETTER = Pattern.compile("[a-zA-Z]");

  private Hosts() {}

  /** Whether this is one label of a DNS name. */
  static boolean isLabel(String text) {
    return LabelSyntax.isDnsLabel(text);
  }

  /** Whether this is a full DNS name, or a single label, which istiod completes. */
  static boolean isName(String text) {
    return hasNameLength(text) && areLabels(text);
  }

  /** Whether this is a DNS name whose first label may be, or begin with, a wildcard. */
  static boolean isWildcardName(String text) {
    if (!hasNameLength(text)) {
      return false;
    }
    int dot = text.indexOf('.');
    String first = dot < 0 ? text : text.substring(0, dot);
    return first.length() <= LabelSyntax.MAX_LENGTH
        && isWildcardLabel(first)
        && (dot < 0 || areLabels(text.substring(dot + 1)));
  }

  private static boolean isWildcardLabel(String label) {
    int stars = label.startsWith("*-") ? 2 : label.startsWith("*") ? 1 : 0;
    return label.equals("*") || isLabel(label.substring(stars));
  }

  /** Whether this is a name that AUTO_PASSTHROUGH gateways make: {@code outbound_.80_._.host}. */
  static boolean isGeneratedSni(String text) {
    if (!hasNameLength(text) || !text.startsWith("outbound_")) {
      return false;
    }
    List<String> parts = split(text, '_');
    return parts.size() >= 4
        && DIGIT.matcher(trimDots(parts.get(1))).find()
        && LETTER.matcher(trimDots(parts.get(3))).find();
  }

  private static String trimDots(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && text.charAt(from) == '.') {
      from++;
    }
    while (to > from && text.charAt(to - 1) == '.') {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean hasNameLength(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_NAME
        && text.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME;
  }

  private static boolean areLabels(String name) {
    List<String> labels = split(name, '.');
    if (isNumber(labels.get(labels.size() - 1))) {
      return false;
    }
    for (int i = 0; i < labels.size(); i++) {
      // A name may end with a dot.
      boolean end = i == labels.size() - 1 && labels.get(i).isEmpty();
      if (!end && !isLabel(labels.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNumber(String label) {
    try {
      Long.parseLong(label);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int i = text.indexOf(separator); i >= 0; i = text.indexOf(separator, from)) {
      parts.add(text.substring(from, i));
      from = i + 1;
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** Whether one of the two names, of which any may have a wildcard, covers the other. */
  public static boolean overlap(String a, String b) {
    boolean wildA = a.startsWith("*");
    boolean wildB = b.startsWith("*");
    if (wildA && wildB) {
      return a.length() < b.length()
          ? b.substring(1).endsWith(a.substring(1))
          : a.substring(1).endsWith(b.substring(1));
    }
    if (wildA) {
      return b.endsWith(a.substring(1));
    }
    return wildB ? a.endsWith(b.substring(1)) : a.equals(b);
  }

  /** Whether all names of the first are names of the second. */
  public static boolean isWithin(String inner, String outer) {
    if (inner.startsWith("*")) {
      return outer.startsWith("*")
          && inner.length() >= outer.length()
          && inner.substring(1).endsWith(outer.substring(1));
    }
    return outer.startsWith("*") ? inner.endsWith(outer.substring(1)) : inner.equals(outer);
  }

  /** Whether this is an IP address; an IPv6 one may have a zone. */
  public static boolean isIp(String text) {
    if (text.length() > MAX_NAME) {
      return false;
    }
    int zone = text.indexOf('%');
    if (zone >= 0) {
      return zone < text.length() - 1 && IpText.parse6(text.substring(0, zone)).isPresent();
    }
    return IpText.parse4(text).isPresent() || IpText.parse6(text).isPresent();
  }

  /** Whether this is an IP address or a prefix such as {@code 10.0.0.0/8}. */
  static boolean isIpOrPrefix(String text) {
    int slash = text.indexOf('/');
    return slash < 0 ? isIp(text) : isPrefix(text.substring(0, slash), text.substring(slash + 1));
  }

  private static boolean isPrefix(String ip, String bits) {
    if (ip.length() > MAX_NAME || bits.isEmpty() || bits.length() > 3) {
      return false;
    }
    if (!bits.chars().allMatch(c -> c >= '0' && c <= '9')
        || (bits.length() > 1 && bits.startsWith("0"))) {
      return false;
    }
    int max = IpText.parse4(ip).isPresent() ? 32 : IpText.parse6(ip).isPresent() ? 128 : -1;
    return Integer.parseInt(bits) <= max;
  }

  static void checkIp(String text, Spot at) {
    if (!isIp(text)) {
      at.refuse(text, "an IP address");
    }
  }

  static void checkIpOrPrefix(String text, Spot at) {
    if (!isIpOrPrefix(text)) {
      at.refuse(text, "an IP address or a prefix such as 10.0.0.0/8");
    }
  }

  /** Checks the path after {@code unix://}; one that begins with @ is abstract. */
  static void checkUnixPath(String path, Spot at) {
    if (path.isEmpty()
        || (!path.startsWith("@") && (!path.startsWith("/") || path.endsWith("/")))) {
      at.refuse(UNIX + path, UNIX + " and the absolute path of a socket");
    }
  }

  /** Returns the path of an address that begins with {@code unix://}. */
  static Optional<String> unixPath(String address) {
    return address.startsWith(UNIX)
        ? Optional.of(address.substring(UNIX.length()))
        : Optional.empty();
  }
}
