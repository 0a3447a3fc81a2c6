package io.fairlead.configs.validation;

import com.google.re2j.Pattern;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Names and values of HTTP headers, by istiod's rules. */
final class Headers {
  static final String CLAIM = "@request.auth.claims";

  private static final String NAME_FORM = "the name of a header";
  private static final Pattern NAME = Pattern.compile("[-!#$%&'*+.^_`|~A-Za-z0-9]+");
  private static final Pattern STRICT_NAME = Pattern.compile("[-A-Za-z0-9]+");
  private static final Set<String> PSEUDO =
      Set.of(":method", ":scheme", ":authority", ":path", ":status");

  private Headers() {}

  /** Checks the name of a header that requests are matched by. */
  static void checkMatched(String name, Spot at) {
    if (PSEUDO.contains(name)) {
      at.refuseForOlder(name, NAME_FORM + ", or uri, method, authority or scheme");
    } else if (!isClaim(name) && !NAME.matches(name)) {
      at.refuse(name.isEmpty() ? "no name" : name, NAME_FORM);
    }
  }

  /** Whether this names a claim of a token: {@code @request.auth.claims.group}. */
  static boolean isClaim(String name) {
    if (!name.toLowerCase(Locale.ROOT).startsWith(CLAIM)) {
      return false;
    }
    String claim = name.substring(CLAIM.length());
    return (claim.startsWith(".") && claim.length() > 1)
        || (claim.startsWith("[") && claim.endsWith("]") && claim.length() > 2);
  }

  static void checkOfCors(String name, Spot at) {
    if (name.equals("*")) {
      return;
    }
    if (!NAME.matches(name)) {
      at.refuse(name.isEmpty() ? "no name" : name, NAME_FORM + " or *");
    }
  }

  /** Checks a name of letters, digits and dashes. */
  static void checkStrict(String name, Spot at) {
    if (!STRICT_NAME.matches(name)) {
      at.refuse(name.isEmpty() ? "no name" : name, NAME_FORM + ": letters, digits and -");
    }
  }

  static boolean isAuthority(String name) {
    return name.equalsIgnoreCase(":authority") || name.equalsIgnoreCase("host");
  }

  private static boolean isInternal(String name) {
    return name.startsWith(":") || name.equalsIgnoreCase("host");
  }

  /** Checks what is done to the headers of requests and responses. */
  static void checkOperations(
      io.fairlead.istio.networking.v1alpha3.Headers headers, Spot at, boolean ofDestination) {
    Spot request = at.at("request");
    checkSet(headers.getRequest().getAddMap(), request.at("add"), ofDestination);
    checkSet(headers.getRequest().getSetMap(), request.at("set"), ofDestination);
    request.each("remove", headers.getRequest().getRemoveList(), Headers::checkOther);
    Spot response = at.at("response");
    checkOthers(headers.getResponse().getAddMap(), response.at("add"));
    checkOthers(headers.getResponse().getSetMap(), response.at("set"));
    response.each("remove", headers.getResponse().getRemoveList(), Headers::checkOther);
  }

  private static void checkSet(Map<String, String> headers, Spot at, boolean ofDestination) {
    headers.forEach(
        (name, value) -> {
          Spot here = at.at(name);
          if (name.isEmpty() || (isInternal(name) && !isAuthority(name))) {
            here.refuse(
                name.isEmpty() ? "no name" : name, NAME_FORM + " that does not begin with :");
          } else if (ofDestination && name.startsWith(":")) {
            here.refuseForOlder(name, "host");
          }
          checkValue(value, here);
        });
  }

  private static void checkOthers(Map<String, String> headers, Spot at) {
    headers.forEach(
        (name, value) -> {
          checkOther(name, at.at(name));
          checkValue(value, at.at(name));
        });
  }

  private static void checkOther(String name, Spot at) {
    if (name.isEmpty() || isInternal(name)) {
      at.refuse(
          name.isEmpty() ? "no name" : name,
          NAME_FORM + " other than Host, which does not begin with :");
    }
  }

  static void checkValue(String value, Spot at) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7F) {
        at.refuse(value, "a text without control characters");
        return;
      }
    }
    HeaderFormat.problem(value).ifPresent(problem -> at.refuse(value, problem));
  }

  static Optional<String> firstClaim(Map<String, ?> headers) {
    return headers.keySet().stream().filter(Headers::isClaim).findFirst();
  }
}
