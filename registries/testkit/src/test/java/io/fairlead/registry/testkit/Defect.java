package io.fairlead.registry.testkit;

import java.util.Locale;

/** A classic fault that an adapter may have, with the one test of the contract that finds it. */
enum Defect {
  NONE(""),
  // The first read.
  REPORTS_A_READ_BEFORE_IT_IS_WHOLE("start_firstCallIsAResyncWithEverything"),
  SAYS_NOTHING_OF_AN_EMPTY_REGISTRY("start_emptyRegistryGivesAFreshEmptyRead"),
  TELLS_NO_TIMES("start_tellsHowLongReadsTake"),
  DIES_WITHOUT_A_FIRST_CONNECTION("start_whileUnreachable_worksOnceTheRegistryIsThere"),
  WAITS_FOR_THE_FIRST_ANSWER_WITHOUT_END("start_registryThatDoesNotAnswer_isReported"),
  LOSES_WHAT_COMES_BETWEEN_LIST_AND_WATCH("start_whileServicesAreAdded_missesNone"),
  READS_ONE_PAGE("start_manyServices_allArriveAndEachIsWatched"),
  CLEANS_NAMES("name_isSpeltAsInTheRegistry"),
  FOLDS_NAMES("name_differingInCase_isAnotherService"),
  // Changes.
  FORGETS_DELETES("change_removedServiceGoes"),
  KEEPS_THE_LAST_INSTANCE("change_lastInstanceGoes"),
  TRUNCATES_WEIGHTS("change_fractionalWeightArrives"),
  DROPS_THE_END_OF_A_BURST("burst_endsInTheLastState"),
  DROPS_EVENTS_WHILE_THE_CALLBACK_BLOCKS("burst_whileCallsOfTheSinkAreSlow_losesNothing"),
  FLIPS_AT_A_REPEATED_EVENT("event_thatComesAgain_changesNothing"),
  DELIVERS_STALE_AFTER_NEW("event_thatIsOvertaken_changesNothing"),
  MISSES_A_LOST_EVENT("event_thatIsLost_isMadeUpFor"),
  IS_NEVER_ALIVE("quiet_showsThatTheRegistryIsReached"),
  REMEMBERS_WHAT_IT_TOLD_FIRST("reported_isWhatTheSinkWasToldLast"),
  IS_NOT_ASKED_WHILE_IT_TELLS("reported_whileTheSinkIsCalled_doesNotWait"),
  // Outages.
  IS_EMPTY_ON_ERROR("outage_isReportedAndRemovesNothing"),
  IS_SILENT_ABOUT_AN_OUTAGE("outage_isReportedAndRemovesNothing"),
  MERGES_AFTER_AN_OUTAGE("outage_whatChangedMeanwhileArrivesAfterIt"),
  HOLDS_WITHOUT_END("outage_whatWasRemovedMeanwhileGoes"),
  RETRIES_WITHOUT_PAUSE("outage_thatLasts_isRetriedUnhurriedlyAndSurvived"),
  GIVES_UP("outage_thatLasts_isRetriedUnhurriedlyAndSurvived"),
  TAKES_EVENTS_OF_A_RESTARTED_REGISTRY_FOR_OLD("restart_removesNothingAndWhatFollowsArrives"),
  TAKES_A_REFUSAL_FOR_AN_EMPTY_REGISTRY("login_refused_isReportedAndNoEmptyRegistry"),
  // Links.
  IS_IMPATIENT("link_slow_isWaitedFor"),
  DIES_AT_AN_EXCEPTION("link_answersWithNoise_isReportedAndRemovesNothing"),
  TRUSTS_TRUNCATED_ANSWERS("link_answersCutShort_removeNothing"),
  TRUSTS_A_SILENT_CONNECTION("link_halfOpen_isNoticed"),
  RECONNECTS_A_FEW_TIMES("link_resetAgainAndAgain_isKeptUpWith"),
  // Start and stop.
  BLOCKS_IN_START("start_returnsBeforeTheFirstCallEnds"),
  STARTS_TWICE("start_twice_isRefused"),
  HAS_NAMELESS_THREADS("start_threadsBearTheNameOfTheRegistry"),
  CALLS_AT_A_STOP_BEFORE_START("close_beforeStart_isHarmless"),
  THROWS_AT_THE_SECOND_STOP("close_twice_isHarmless"),
  STOPS_AFTER_THE_FIRST_ANSWER("close_beforeTheFirstAnswer_endsSoon"),
  STOPS_WHEN_THE_REGISTRY_IS_BACK("close_duringAnOutage_endsSoon"),
  STOPS_WHEN_IT_IS_QUIET("close_whileBusy_endsSoon"),
  WAITS_FOR_ITSELF("close_withinACallOfTheSink_ends"),
  LEAKS_A_THREAD("close_leavesNoThread"),
  LEAKS_A_CONNECTION("close_leavesNoConnection"),
  LEAKS_A_FILE("close_againAndAgain_leavesNoFileOpen"),
  // Rules that hold at any time.
  CALLS_CONCURRENTLY("sink_callsNeverOverlap"),
  CHANGES_BEFORE_THE_FIRST_READ("sink_wholeReadComesFirst"),
  TELLS_A_SERVICE_TWICE("sink_wholeReadHasEachServiceOnce"),
  MOVES_A_HOLD("sink_holdsKeepTheirCeiling"),
  MUTATES_AFTER_HAND_OVER("sink_whatWasHandedOverStaysAsItWas"),
  TELLS_NEGATIVE_TIMES("sink_timesOfReadsAreNotNegative"),
  CALLS_AFTER_CLOSE("sink_noCallAfterClose"),
  LOGS_THE_SECRET("secret_isInNoLogAndNoMessage"),
  TELLS_THE_SECRET("secret_isInNoLogAndNoMessage");

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
