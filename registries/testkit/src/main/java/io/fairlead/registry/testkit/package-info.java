/**
 * The tests that every registry adapter must pass, those of other parties included. A module of an
 * adapter depends on {@code fairlead-registry-testkit} in test scope, and needs nothing else of
 * Fairlead but the SPI.
 *
 * <p>To use it, extend {@link io.fairlead.registry.testkit.AdapterContract} with a class whose name
 * ends in {@code ContractTest}, once for each way to reach the registry, and say there:
 *
 * <ol>
 *   <li>how an adapter is created, and how a service is written to and removed from a real
 *       registry: {@code adapter}, {@code id}, {@code put}, {@code remove};
 *   <li>what leads to it: a {@link io.fairlead.registry.testkit.FaultProxy} in {@code links}, to
 *       whose address the adapter is configured. {@code makeUnreachable} cuts it, {@code
 *       makeReachable} restores it;
 *   <li>how the registry is started anew ({@code restart}), and which secrets an adapter has
 *       ({@code secrets}, and {@code adapter} with a wrong one);
 *   <li>what the registry lacks: a {@link io.fairlead.registry.testkit.Capability} in {@code
 *       lacking} makes the tests that need it not applicable, which the report says. What is not in
 *       it has to be shown.
 * </ol>
 *
 * <p>{@link io.fairlead.registry.testkit.FaultMatrix} gathers the outcomes of all such classes.
 * Tests of an adapter's own extend {@link io.fairlead.registry.testkit.AdapterFixture} or use
 * {@link io.fairlead.registry.testkit.RecordingSink} alone.
 */
@NullMarked
package io.fairlead.registry.testkit;

import org.jspecify.annotations.NullMarked;
