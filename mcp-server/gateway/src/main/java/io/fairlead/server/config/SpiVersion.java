package io.fairlead.server.config;

import io.fairlead.registry.RegistryAdapterFactory;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of the SPI. An adapter fits a gateway of the same major version whose minor one is not
 * lower.
 */
record SpiVersion(int major, int minor) {
  /** The attribute of a jar's manifest that has the version which the adapter was made for. */
  static final String ATTRIBUTE = "Fairlead-SPI-Version";

  // Before the version below, which it reads.
  private static final Pattern FORM = Pattern.compile("([0-9]{1,6})\\.([0-9]{1,6})");

  /** The version of this gateway. */
  static final SpiVersion CURRENT = parse(RegistryAdapterFactory.SPI_VERSION).orElseThrow();

  static Optional<SpiVersion> parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    return matcher.matches()
        ? Optional.of(
            new SpiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /** Returns why an adapter does not fit this gateway; empty if it does. */
  static Optional<String> problem(Optional<String> attribute) {
    if (attribute.isEmpty()) {
      return Optional.of(
          "no "
              + ATTRIBUTE
              + " in its manifest (expected: the version of the SPI that it was made"
              + " for, such as "
              + CURRENT
              + ")");
    }
    Optional<SpiVersion> version = parse(attribute.get());
    if (version.isEmpty()) {
      return Optional.of(
          ATTRIBUTE + ": " + attribute.get() + " (expected: such as " + CURRENT + ")");
    }
    SpiVersion made = version.get();
    if (made.major == CURRENT.major && made.minor <= CURRENT.minor) {
      return Optional.empty();
    }
    boolean newer =
        made.major > CURRENT.major || (made.major == CURRENT.major && made.minor > CURRENT.minor);
    return Optional.of(
        "made for version "
            + made
            + " of the SPI, this gateway has "
            + CURRENT
            + " (expected: "
            + (newer
                ? "a newer gateway, or an older release of the adapter"
                : "a newer release of" + " the adapter")
            + ")");
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
