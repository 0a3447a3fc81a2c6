package io.fairlead.registry.testkit;

import io.fairlead.registry.testkit.MemoryAdapter.Fault;

/** The contract with an adapter that has a fault; run by {@link AdapterContractTest} only. */
final class FaultyContract extends MemoryContractTest {
  // Set before a run; runs follow each other on one thread.
  static Fault fault = Fault.NONE;

  @Override
  Fault fault() {
    return fault;
  }
}
