package io.fairlead.conversion;

import io.fairlead.conversion.HostTemplate.Part;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A maker of hosts and namespaces from templates such that two services whose used variables differ
 * by more than the case of their letters never get the same host.
 *
 * <p>The values of all variables but <code>{service}</code> are folded to lower case: groups and
 * namespaces are chosen by administrators, in upper case by custom, and hosts have no case.
 * Services that get the same host by it collide, which is judged where hosts are given away. The
 * name of a service is not folded: where a registry tells {@code Orders} from {@code orders}
 * anybody may register the second at any time, and it must not touch the host of the first. (A
 * registry that ignores the case of names folds them itself.)
 *
 * <p>A host is taken as the template gives it if it is legal and if the variables can be read back
 * from it: <code>{service}</code> may then have dots, every other variable is one label, empty ones
 * are the last ones of the template and go with a service without dots, and of two variables that
 * share a label the one that is not <code>{service}</code> has no {@code -}. Any other host is made
 * legal and gets the hash of its variables in the first label; so does one that looks as if it had
 * such a hash.
 */
final class Hosts {
  private static final String SERVICE = "service";
  private static final String DEFAULT_NAMESPACE = "default";

  private final String registry;
  private final HostTemplate host;
  private final HostTemplate namespace;

  /**
   * A name and whether it is what the template gives.
   *
   * @param text the legal name
   * @param changed whether it got a hash suffix
   */
  record Named(String text, boolean changed) {}

  Hosts(ConversionPolicy policy) {
    // One value for all services, so that cleaning it cannot make two of them equal.
    String label = DnsText.cleanLabel(policy.registry(), DnsText.MAX_LABEL);
    this.registry = label.isEmpty() ? "registry" : label;
    this.host = policy.host();
    this.namespace = policy.namespace();
  }

  /** Returns the host of a service. */
  Named host(Service service) {
    Optional<String> exact = exact(service);
    return exact.isPresent() ? new Named(exact.get(), false) : new Named(hashed(service), true);
  }

  /** Returns the namespace of a service's ServiceEntry. */
  Named namespace(Service service) {
    String text = joined(namespace, service, this::shown);
    if (text.isEmpty()) {
      return new Named(DEFAULT_NAMESPACE, false);
    }
    if (DnsText.isLabel(text) && !NameHash.endsWithSuffix(text)) {
      return new Named(text, false);
    }
    String whole = joined(namespace, service, this::value);
    return new Named(new NameHash("namespace").add(whole).label(whole), true);
  }

  /** Returns a host as a rule gives it, made legal with a hash of it where it is not. */
  static Named given(String text) {
    return isExact(text)
        ? new Named(text, false)
        : new Named(withHash(new NameHash("host of a rule").add(text), DnsText.clean(text)), true);
  }

  /** Whether a text can be a host as it is. */
  static boolean isExact(String text) {
    return DnsText.isName(text) && !NameHash.endsWithSuffix(firstLabel(text));
  }

  /** Returns a namespace as a rule gives it, made legal with a hash of it where it is not. */
  static Named givenNamespace(String text) {
    if (text.isEmpty()) {
      return new Named(DEFAULT_NAMESPACE, false);
    }
    return DnsText.isLabel(text) && !NameHash.endsWithSuffix(text)
        ? new Named(text, false)
        : new Named(new NameHash("namespace of a rule").add(text).label(text), true);
  }

  /** Returns a host that carries a hash of the whole identity in place of any hash it has. */
  static String disambiguated(String host, ServiceId service) {
    int dot = host.indexOf('.');
    String first = dot < 0 ? host : host.substring(0, dot);
    if (NameHash.endsWithSuffix(first)) {
      first = first.substring(0, first.length() - NameHash.LENGTH);
    }
    String label =
        new NameHash("identity")
            .add(service.namespace())
            .add(service.group())
            .add(service.name())
            .label(first);
    return fitted(label, dot < 0 ? List.of() : List.of(host.substring(dot + 1).split("\\.")));
  }

  /**
   * Returns the host as the template gives it, if it is legal and the variables can be read back.
   */
  private Optional<String> exact(Service service) {
    if (!canBeReadBack(service)) {
      return Optional.empty();
    }
    String text = joined(host, service, this::shown);
    return isExact(text) ? Optional.of(text) : Optional.empty();
  }

  private boolean canBeReadBack(Service service) {
    boolean emptySeen = false;
    boolean dotted = false;
    int services = 0;
    for (List<Part> segment : host.segments()) {
      long variables = segment.stream().filter(this::isVarying).count();
      for (int i = 0; i < segment.size(); i++) {
        Part part = segment.get(i);
        if (!isVarying(part)) {
          continue;
        }
        String value = shown(part, service);
        boolean isDotted = value.indexOf('.') >= 0;
        if (variables > 1 && !isReadable(segment, i, value)) {
          return false;
        }
        if (part.text().equals(SERVICE)) {
          services++;
          dotted |= isDotted;
        } else if (value.isEmpty()) {
          if (segment.size() > 1) {
            return false;
          }
          emptySeen = true;
        } else if (isDotted || emptySeen) {
          return false;
        }
      }
    }
    return services <= 1 && !(emptySeen && dotted);
  }

  /** Whether a variable that shares a label with others can be told from them. */
  private boolean isReadable(List<Part> segment, int at, String value) {
    boolean bounded =
        (at == 0 || isDash(segment.get(at - 1), true))
            && (at == segment.size() - 1 || isDash(segment.get(at + 1), false));
    return bounded && (segment.get(at).text().equals(SERVICE) || value.indexOf('-') < 0);
  }

  private boolean isDash(Part part, boolean atEnd) {
    String text = part.text();
    return !part.isVariable() && text.charAt(atEnd ? text.length() - 1 : 0) == '-';
  }

  private String hashed(Service service) {
    NameHash hash = new NameHash("host");
    List<String> labels = new ArrayList<>();
    for (List<Part> segment : host.segments()) {
      StringBuilder text = new StringBuilder();
      for (Part part : segment) {
        String value = value(part, service);
        if (isVarying(part)) {
          hash.add(value);
        }
        // If no character of a value is legal, the variable's name takes its place.
        boolean lost = !value.isEmpty() && DnsText.cleanLabel(value, 1).isEmpty();
        text.append(lost ? part.text() : value);
      }
      labels.addAll(DnsText.clean(text.toString()));
    }
    return withHash(hash, labels);
  }

  private static String withHash(NameHash hash, List<String> labels) {
    return labels.isEmpty()
        ? hash.label("")
        : fitted(hash.label(labels.get(0)), labels.subList(1, labels.size()));
  }

  /** Returns the first label and as many of the last ones as a name may have. */
  private static String fitted(String first, List<String> rest) {
    StringBuilder tail = new StringBuilder();
    for (int i = rest.size() - 1; i >= 0; i--) {
      String label = rest.get(i);
      if (i == rest.size() - 1 && DnsText.isNumeric(label)) {
        label = DnsText.cleanLabel("n" + label, DnsText.MAX_LABEL);
      }
      if (first.length() + 1 + label.length() + tail.length() > DnsText.MAX_NAME) {
        break;
      }
      tail.insert(0, "." + label);
    }
    return first + tail;
  }

  /** Returns the labels that are not empty. */
  private String joined(
      HostTemplate template, Service service, BiFunction<Part, Service, String> text) {
    StringBuilder joined = new StringBuilder();
    for (List<Part> segment : template.segments()) {
      int before = joined.length();
      for (Part part : segment) {
        joined.append(text.apply(part, service));
      }
      if (before > 0 && joined.length() > before) {
        joined.insert(before, '.');
      }
    }
    return joined.toString();
  }

  /** Returns the value of a part as a host shows it. */
  private String shown(Part part, Service service) {
    String value = value(part, service);
    return part.text().equals(SERVICE) ? value : DnsText.lowerCase(value);
  }

  /** Returns the value of a part as the registry gives it, of which a hash is made. */
  private String value(Part part, Service service) {
    if (!part.isVariable()) {
      return part.text();
    }
    Map<String, String> variables = service.variables();
    return switch (part.text()) {
      case SERVICE -> service.id().name();
      case "namespace" -> service.id().namespace();
      case "group" -> service.id().group();
      case "registry" -> registry;
      default -> variables.getOrDefault(part.text(), "");
    };
  }

  private boolean isVarying(Part part) {
    return part.isVariable() && !part.text().equals("registry");
  }

  private static String firstLabel(String host) {
    int dot = host.indexOf('.');
    return dot < 0 ? host : host.substring(0, dot);
  }
}
