package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Each fault of an adapter is found by the contract. */
class AdapterContractTest {
  @ParameterizedTest
  @CsvSource({
    "OUTAGE_LOOKS_EMPTY, outage_isReportedAndRemovesNothing, not seen",
    "OUTAGE_REMOVES, outage_isReportedAndRemovesNothing, removed contract-",
    "OUTAGE_IS_SILENT, outage_isReportedAndRemovesNothing, not seen",
    "CHANGES_BEFORE_THE_FIRST_RESYNC, start_firstCallIsAResyncWithEverything, Changed",
    "NEVER_REMOVES, change_removedServiceGoes, gone or without instances",
    "KEEPS_ITS_THREAD, close_endsAllCallsAndLeavesNoThread, threads left",
    "CALLS_AFTER_CLOSE, close_endsAllCallsAndLeavesNoThread, after close",
    "OVERLAPPING_CALLS, start_manyServices_allArriveAndEachIsWatched, overlap",
    "IGNORES_WEIGHTS, change_weightArrives, weight: 1.0 (expected: 7.0)"
  })
  void contract_findsTheFault(MemoryAdapter.Fault fault, String method, String message) {
    FaultyContract.fault = fault;
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectMethod(FaultyContract.class, method))
            .build();
    LauncherFactory.create().execute(request, listener);
    assertThat(listener.getSummary().getTestsFailedCount()).isEqualTo(1);
    assertThat(listener.getSummary().getFailures().get(0).getException())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(message);
  }
}
