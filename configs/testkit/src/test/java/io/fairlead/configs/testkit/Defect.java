package io.fairlead.configs.testkit;

import java.util.Locale;

/** A classic fault that a config source may have, with the one test that finds it. */
enum Defect {
  NONE(""),
  SAYS_NOTHING_OF_AN_EMPTY_STORE("start_emptyStoreIsAnEmptyReport"),
  TRIMS_TEXTS("text_arrivesAsItIs"),
  KEEPS_THE_LAST_DOCUMENT("change_removedDocumentGoes"),
  COMPARES_LENGTHS("change_otherTextArrives"),
  TELLS_ALL_AT_EACH_CHANGE("change_saysOnlyWhatDiffers"),
  SPLITS_TRANSACTIONS("transaction_isOneChange"),
  IS_NEVER_ALIVE("quiet_showsThatTheStoreIsReached"),
  DIES_WITH_THE_SINK("sinkThatFailsOnce_isToldEverythingAgain"),
  IS_EMPTY_DURING_AN_OUTAGE("outage_isReportedAndRemovesNothing"),
  MERGES_AFTER_AN_OUTAGE("outage_whatWasRemovedMeanwhileGoes"),
  REPORTS_NOTHING_AS_READ("outage_atTheStartIsReportedAndSurvived"),
  TAKES_A_REFUSAL_FOR_AN_EMPTY_STORE("login_refused_isReportedAndNoEmptyStore"),
  TAKES_NOISE_FOR_AN_EMPTY_STORE("link_answersWithNoise_isReportedAndRemovesNothing"),
  TRUSTS_TRUNCATED_ANSWERS("link_answersCutShort_removeNothing"),
  TRUSTS_A_SILENT_CONNECTION("event_thatIsLost_isMadeUpFor"),
  BLOCKS_IN_START("start_returnsBeforeTheFirstCallEnds"),
  STARTS_TWICE("start_twice_isRefused"),
  HAS_NAMELESS_THREADS("start_threadsBearTheNameOfTheSource"),
  THROWS_AT_THE_SECOND_STOP("close_beforeStartAndTwice_isHarmless"),
  WAITS_FOR_ITSELF("close_withinACallOfTheSink_ends"),
  LEAKS_A_THREAD("close_leavesNoThread"),
  LEAKS_A_CONNECTION("close_leavesNoConnection"),
  LEAKS_A_FILE("close_againAndAgain_leavesNoFileOpen"),
  CALLS_CONCURRENTLY("sink_callsNeverOverlap"),
  CHANGES_BEFORE_THE_FIRST_REPORT("sink_wholeReportComesFirst"),
  TELLS_A_KEY_TWICE("sink_reportHasEachKeyOnce"),
  MUTATES_AFTER_HAND_OVER("sink_whatWasHandedOverStaysAsItWas"),
  CALLS_AFTER_CLOSE("sink_noCallAfterClose"),
  LOGS_THE_SECRET("secret_isInNoLogAndNoProblem"),
  TELLS_THE_SECRET("secret_isInNoLogAndNoProblem");

  private final String test;

  Defect(String test) {
    this.test = test;
  }

  /** Returns the method that is meant for it. */
  String test() {
    return test;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
