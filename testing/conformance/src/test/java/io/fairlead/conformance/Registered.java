package io.fairlead.conformance;

import java.util.Map;

/**
 * One instance as a test registers it, in any of the registries.
 *
 * @param address an IP
 * @param port its port
 * @param weight its share of the traffic
 * @param healthy whether its check passes
 * @param locality {@code region/zone}, empty for none
 * @param labels metadata that are legal labels
 * @param revisions its revisions, separated by commas; empty for none
 */
record Registered(
    String address,
    int port,
    double weight,
    boolean healthy,
    String locality,
    Map<String, String> labels,
    String revisions) {

  Registered {
    labels = Map.copyOf(labels);
  }

  static Registered at(String address, int port) {
    return new Registered(address, port, 1, true, "", Map.of(), "");
  }

  Registered withAddress(String other) {
    return new Registered(other, port, weight, healthy, locality, labels, revisions);
  }

  Registered withPort(int other) {
    return new Registered(address, other, weight, healthy, locality, labels, revisions);
  }

  Registered withWeight(double other) {
    return new Registered(address, port, other, healthy, locality, labels, revisions);
  }

  Registered withHealth(boolean other) {
    return new Registered(address, port, weight, other, locality, labels, revisions);
  }

  Registered withLocality(String other) {
    return new Registered(address, port, weight, healthy, other, labels, revisions);
  }

  Registered withLabel(String key, String value) {
    return new Registered(address, port, weight, healthy, locality, Map.of(key, value), revisions);
  }

  Registered withRevisions(String other) {
    return new Registered(address, port, weight, healthy, locality, labels, other);
  }

  String region() {
    return part(0);
  }

  String zone() {
    return part(1);
  }

  private String part(int number) {
    String[] parts = locality.split("/", 2);
    return number < parts.length ? parts[number] : "";
  }
}
