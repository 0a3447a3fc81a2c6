package io.fairlead.guard;

import io.fairlead.registry.ServiceId;
import java.time.Instant;

/**
 * A service that a deletion guard keeps as it was. Immutable.
 *
 * @param service the service; for a resource of a former process whose service the registry does
 *     not name any more, and whose id is therefore not known, an id without namespace and group
 *     whose name is that of the resource, {@code namespace/name}
 * @param endpointsBefore endpoints it had when its loss was held, positive
 * @param endpointsNow endpoints it has by the registry's last word, less than before
 * @param gone whether the registry does not name it any more
 * @param since wall clock from which on its loss is counted as seen without a break: the loss, or
 *     the last time that it grew
 */
public record HeldService(
    ServiceId service, int endpointsBefore, int endpointsNow, boolean gone, Instant since) {}
