/**
 * The merge of what registries report into changes of resources: which registry wins a host, what
 * becomes of services that lost their last instance, which virtual IP a host has.
 *
 * <p>Ownership: {@link io.fairlead.aggregation.Registries} converts on the threads of its callers
 * and gathers per registry; everything else is state of the one commit thread, held by the
 * package-private {@code ServiceSource} and what it owns.
 */
@NullMarked
package io.fairlead.aggregation;

import org.jspecify.annotations.NullMarked;
