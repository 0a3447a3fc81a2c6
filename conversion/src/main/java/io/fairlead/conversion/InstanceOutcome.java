package io.fairlead.conversion;

import io.fairlead.registry.Instance;
import java.util.Optional;

/**
 * The outcome of the conversion for one instance.
 *
 * @param instance the instance, as its registry reports it
 * @param endpoint address and port of the endpoint that it becomes; empty if it becomes none
 * @param leftOut why it becomes none; empty if it becomes one
 */
public record InstanceOutcome(
    Instance instance, Optional<String> endpoint, Optional<Reason> leftOut) {}
