package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.GatewayProcess;
import io.fairlead.registry.scripted.ScriptedRegistryFactory;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whenever a gateway is killed, nothing is lost, nothing comes back that was gone, and no version
 * or number lies.
 *
 * <p>While two registries change a hundred times a second, the gateway is killed again and again,
 * at any moment: in a commit, during its start, between commits. How it is known that nothing was
 * lost: a resource's successive states all differ (each change carries a stamp) and are written
 * down before the registry is told, so a state that a client sees tells when it was. Over all
 * restarts, what clients see of each resource may only go forwards through that list. The last
 * response before a kill thus is a lower bound for the first one after it: had a commit been lost
 * that a client had seen, or a removed resource come back, the first answer of the next start would
 * be an earlier state, or none of the list. It says nothing about changes that no client had seen
 * yet: the registries give those again. An answer without a resource is a state as any other, so
 * that a loss shows as much as a resurrection.
 *
 * <p>In most rounds the registries are away when the gateway starts, so that its first answer can
 * only come from its store: it must be the very last commit that the file holds, and no older one
 * than the client has seen. In the other rounds they are there, and reconciling races the first
 * answer.
 *
 * <p>The environment variable FAIRLEAD_KILLS says how often (20 if not set; {@code make soak} does
 * it 200 times), FAIRLEAD_SEED repeats a run as far as the machine's timing allows.
 */
@Tag("alone")
final class KillLoopTest {
  private static final int KILLS = number("FAIRLEAD_KILLS").orElse(20L).intValue();
  private static final long SEED = number("FAIRLEAD_SEED").orElseGet(System::nanoTime);

  private static Optional<Long> number(String variable) {
    return Optional.ofNullable(System.getenv(variable))
        .filter(value -> !value.isBlank())
        .map(value -> Long.valueOf(value.strip()));
  }

  /** The fate of the store at a kill. */
  private enum Store {
    KEPT,
    LOST_AT_TIMES
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void sigkill_atAnyMoment_losesNothing() throws Exception {
    new Loop(Store.KEPT, KILLS).run();
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void sigkill_withTheStoreLost_keepsTheVersions() throws Exception {
    new Loop(Store.LOST_AT_TIMES, Math.max(4, KILLS / 4)).run();
  }

  /** One gateway through many kills. */
  private static final class Loop {
    private final Store store;
    private final int kills;
    private final Random random;
    private final List<Long> firstAnswers = new ArrayList<>();
    private int losses;
    private int startsKilled;
    // Whether the store holds a last-known state of every registry.
    private boolean known;

    Loop(Store store, int kills) {
      this.store = store;
      this.kills = kills;
      this.random = new Random(SEED + store.ordinal());
    }

    void run() throws Exception {
      say("seed " + SEED + ", " + kills + " kills");
      long begin = System.nanoTime();
      Histories histories = new Histories();
      try (TempTree tree = TempTree.create();
          ChurnedScript script = new ChurnedScript();
          GatewayObserver observer = new GatewayObserver(histories)) {
        List<ChurnTarget> targets = List.of(new ChurnedFiles(tree.path()), script);
        try (Churn churn = new Churn(SEED + store.ordinal(), targets, histories);
            GatewayProcess gateway =
                GatewayProcess.withAdapters(configuration(targets), List.of(scriptedJar()))) {
          Rounds rounds = new Rounds(gateway.shortLived(), churn, observer);
          churn.goOn();
          rounds.first();
          for (int kill = 1; kill <= kills; kill++) {
            try {
              rounds.next(kill);
              if (kill % 20 == 0) {
                say(kill + " kills so far; " + observer.figures());
              }
            } catch (Throwable e) {
              throw new AssertionError(
                  "seed " + SEED + ", kill " + kill + ": " + e.getMessage(), e);
            }
          }
          rounds.last();
        }
        Collections.sort(firstAnswers);
        say(
            String.format(
                "%d kills (%d of them during the start, %d with the store lost) in %d s; %d changes,"
                    + " %s; from start to first answer: median %d ms, longest %d ms",
                kills,
                startsKilled,
                losses,
                Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
                histories.changes(),
                observer.figures(),
                firstAnswers.get(firstAnswers.size() / 2),
                firstAnswers.get(firstAnswers.size() - 1)));
      }
    }

    private void say(String text) {
      System.out.println("kill loop, store " + store + ": " + text);
    }

    /** The work of the rounds. */
    private final class Rounds {
      private final GatewayProcess gateway;
      private final Churn churn;
      private final GatewayObserver observer;

      Rounds(GatewayProcess gateway, Churn churn, GatewayObserver observer) {
        this.gateway = gateway;
        this.churn = churn;
        this.observer = observer;
      }

      void first() throws InterruptedException {
        start(Optional.empty());
      }

      void next(int kill) throws InterruptedException {
        pause(1200);
        if (kill % 5 == 0) {
          awaitMirrored();
          pause(300);
        }
        if (random.nextInt(3) == 0) {
          observer.noteCommits(gateway);
          pause(100);
        }
        gateway.kill();
        observer.check();
        Optional<StoreCopy> lastKnown = look();
        while (random.nextInt(5) == 0) {
          // Again, during the start: in its opening of the store, or in its first commits.
          startsKilled++;
          observer.starting(lastKnown.isEmpty());
          gateway.start();
          pause(2500);
          gateway.kill();
          lastKnown.ifPresent(StoreCopy::close);
          lastKnown = look();
        }
        start(lastKnown);
        lastKnown.ifPresent(StoreCopy::close);
      }

      /** The store after a kill, unless it is lost now. */
      private Optional<StoreCopy> look() {
        StoreCopy copy = StoreCopy.of(gateway.dataFolder().resolve("fairlead.db"));
        if (copy.exists()) {
          assertThat(copy.integrity()).as("integrity_check").isEqualTo("ok");
        }
        if (store == Store.LOST_AT_TIMES && random.nextInt(3) > 0) {
          losses++;
          known = false;
          gateway.deleteData();
          copy.close();
          return Optional.empty();
        }
        return Optional.of(copy);
      }

      private void start(Optional<StoreCopy> lastKnown) throws InterruptedException {
        observer.starting(lastKnown.isEmpty());
        boolean away = known && random.nextInt(3) > 0;
        if (away) {
          churn.goAway();
        }
        long begin = System.nanoTime();
        gateway.start().awaitListening();
        observer.connect(gateway);
        long first = observer.awaitFirst();
        firstAnswers.add(Duration.ofNanos(System.nanoTime() - begin).toMillis());
        if (away) {
          assertThat(first)
              .as("number of the first answer, without registries")
              .isEqualTo(lastKnown.map(StoreCopy::lastNumber).orElse(-1L));
          churn.comeBack();
        }
        known = true;
      }

      void last() throws InterruptedException {
        awaitMirrored();
        observer.noteCommits(gateway);
        gateway.stop();
      }

      private void awaitMirrored() {
        churn.pause();
        observer.awaitMirrored();
        churn.goOn();
      }

      private void pause(int most) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(most));
      }
    }
  }

  private static Path scriptedJar() throws URISyntaxException {
    return Path.of(
        ScriptedRegistryFactory.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  // The guard holds nothing here: on a busy machine a third of all endpoints changes during one
  // start, and what it then rightly keeps of them is a state that nothing was ever meant to be.
  private static String configuration(List<ChurnTarget> targets) {
    StringBuilder text =
        new StringBuilder(
            """
            xds: {address: "@xds@"}
            admin: {address: "@admin@"}
            store: {path: data/fairlead.db}
            batching: {quiet: 5ms, max: 50ms}
            guard: {share: 1}
            registries:
            """);
    targets.forEach(target -> text.append(target.configuration()));
    return text.toString();
  }
}
