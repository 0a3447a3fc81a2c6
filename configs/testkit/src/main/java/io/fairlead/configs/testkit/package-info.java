/**
 * The tests that every config source must pass, those of other parties included. A module of a
 * source depends on {@code fairlead-config-testkit} in test scope.
 *
 * <p>To use it, extend {@link io.fairlead.configs.testkit.ConfigSourceContract} with a class whose
 * name ends in {@code ContractTest}, and say there how a source is created, how documents are
 * written to a real store, what leads to it ({@link io.fairlead.registry.testkit.FaultProxy}), and
 * what the store lacks ({@link io.fairlead.configs.testkit.ConfigCapability}). Tests of a source's
 * own use {@link io.fairlead.configs.testkit.RecordingConfigSink} alone.
 */
@NullMarked
package io.fairlead.configs.testkit;

import org.jspecify.annotations.NullMarked;
