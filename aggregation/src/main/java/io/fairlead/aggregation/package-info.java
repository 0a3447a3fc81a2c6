/**
 * The merge of what registries report into changes of resources: which registry wins a host, what
 * becomes of services that lost their last instance, which virtual IP a host has.
 *
 * <p>The way of a report through these classes:
 *
 * <ol>
 *   <li>{@code AdapterSink} converts it on the adapter's thread and puts it into the {@code Inbox}
 *       of its registration. Everything after that is state of the one commit thread, owned by
 *       {@code ServiceSource}.
 *   <li>{@code RegistryState}, one for each registry, decides what of it counts: the {@code
 *       ServiceGuard} may hold a loss, and {@code EmptyServices} keeps what lost its last endpoint.
 *   <li>{@code Contribution} is what the registry then has. Within it {@code HostClaims} gives each
 *       host to one service. {@code Ledger} has the same for people.
 *   <li>{@code HostTable} has the claims of all registries, a {@code HostSlot} for each host.
 *   <li>{@code HostChanges} evaluates the hosts that changed, at the next commit: it finds the
 *       winner, merges ({@code Merge}), assigns virtual IPs, and damps. {@code SharedHosts} shows
 *       who lost.
 * </ol>
 *
 * <p>What a former process served is in {@code StoredRegistries} until its registry is read; what a
 * change of the configuration took away is a {@code Departure} until those that came are read.
 */
@NullMarked
package io.fairlead.aggregation;

import org.jspecify.annotations.NullMarked;
