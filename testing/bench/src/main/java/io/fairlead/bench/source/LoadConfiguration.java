package io.fairlead.bench.source;

/**
 * Configuration of a registry of type {@code load}.
 *
 * @param services how many there are at first
 * @param instances of each
 * @param control the port of the loopback interface where changes are asked for
 */
public record LoadConfiguration(int services, int instances, int control) {}
