package io.fairlead.bench.source;

import io.fairlead.common.Key;

/** Configuration of a registry of type {@code load}. */
public record LoadConfiguration(
    @Key(value = "services at first", min = "0") int services,
    @Key(value = "instances of each", min = "1", max = "99") int instances,
    @Key(value = "the port of the loopback interface where changes are asked for", min = "1")
        int control) {}
