/**
 * The service provider interface of registry adapters, in registry-neutral terms: an adapter turns
 * what it reads into {@link io.fairlead.registry.Service} values and hands them to its {@link
 * io.fairlead.registry.RegistrySink}. Nothing here knows Istio.
 *
 * <p>Two types are implemented: {@link io.fairlead.registry.RegistryAdapterFactory} and {@link
 * io.fairlead.registry.RegistryAdapter}. Two are called: {@link
 * io.fairlead.registry.AdapterContext} and {@link io.fairlead.registry.RegistrySink}; most adapters
 * call a {@code RegistryMirror} of {@code io.fairlead.registry.support} in place of the sink. Two
 * are what is said: {@link io.fairlead.registry.Service} with its {@link
 * io.fairlead.registry.Instance}s. The others are values of these and helpers.
 *
 * <h2>Life cycle</h2>
 *
 * <p>The gateway asks a factory for its type, configuration record, default host and variables
 * once, when it finds it. It makes an adapter for each registry of that type, and another one when
 * the registry's configuration changes: <em>create</em> opens nothing, <em>start</em> is called
 * once and returns without waiting for the registry, <em>close</em> may come at any time, also
 * before start, more than once, and from within a call of the sink. After close there is no call of
 * the sink, no thread, no connection and no open file. The gateway waits for it for 8 seconds.
 *
 * <h2>Threads</h2>
 *
 * <p>A factory is called by any thread. start and close are called by different ones, so what they
 * share is guarded by the adapter. The sink may be called by any thread, by one at a time: calls
 * that overlap are a fault. Only {@link io.fairlead.registry.RegistrySink#readTook} may be called
 * at any time. A call takes microseconds to milliseconds for each service and waits neither for a
 * client nor for the disk; the value is taken when it returns, and nothing that was handed over may
 * change later (all values are immutable).
 *
 * <h2>Order</h2>
 *
 * <p>The first report is a {@link io.fairlead.registry.RegistrySink#resync} with everything. The
 * order of calls is the order of the changes: the last word about a service counts. A change that
 * happens between the reading of a list and the beginning of a watch must not be lost: watch first,
 * then read.
 *
 * <h2>Errors</h2>
 *
 * <p>No failure ends an adapter, and none is an empty list. What cannot be read is a {@link
 * io.fairlead.registry.ReadOutcome.Failed} or {@link io.fairlead.registry.RegistrySink#failing},
 * once at its beginning and then at most once a second, until {@link
 * io.fairlead.registry.RegistrySink#alive} or a fresh resync. Services are removed by a successful,
 * authorised answer alone that lacks them; a suspicion keeps them for a bounded time that {@link
 * io.fairlead.registry.RegistrySink#holding} shows. Tries are repeated with a jittered back-off
 * ({@code io.fairlead.common.Backoff}). No text of a problem, and no log line, has a secret in it.
 *
 * <h2>Versions</h2>
 *
 * <p>{@link io.fairlead.registry.RegistryAdapterFactory#SPI_VERSION} follows the rules of semantic
 * versions; the build compares what is here with what was released.
 */
@NullMarked
package io.fairlead.registry;

import org.jspecify.annotations.NullMarked;
