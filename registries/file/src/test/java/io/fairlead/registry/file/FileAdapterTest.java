package io.fairlead.registry.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileAdapterTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  // Longer than the limit: what is seen came by an event.
  private static final Duration NO_RESCAN = Duration.ofMinutes(10);

  @TempDir Path temp = Path.of("");
  private final RecordingSink sink = new RecordingSink();
  private final List<RegistryAdapter> adapters = new ArrayList<>();

  @AfterEach
  void close() {
    adapters.forEach(RegistryAdapter::close);
    sink.assertNoViolations();
  }

  private void start(Path path, Duration rescan) {
    RegistryAdapter adapter =
        new FileRegistryFactory()
            .create(
                new AdapterContext("files", sink),
                new FileConfiguration(path, rescan, Duration.ofMillis(20)));
    adapters.add(adapter);
    adapter.start();
  }

  private static Service service(String name, int instances) {
    List<Instance> list = new ArrayList<>();
    for (int i = 0; i < instances; i++) {
      list.add(
          new Instance(
              "i" + i,
              "10.0." + i / 256 + "." + i % 256,
              8080,
              1,
              Availability.READY,
              Locality.NONE,
              Map.of("version", "v1", "team", "a")));
    }
    return new Service(ServiceId.of(name), Map.of(), Map.of(), List.of(), list);
  }

  private Map<ServiceId, Service> awaitNames(String... names) {
    List<ServiceId> ids = List.of(names).stream().map(ServiceId::of).sorted().toList();
    return sink.awaitState(
        "exactly " + ids, LIMIT, state -> List.copyOf(state.keySet()).equals(ids));
  }

  private SinkEvent.Failing awaitProblem(int mark, Path about) {
    return (SinkEvent.Failing)
        sink.awaitEvent(
            mark,
            "a problem with " + about,
            LIMIT,
            event ->
                event instanceof SinkEvent.Failing failing
                    && failing.problem().startsWith(about.toString()));
  }

  private SinkEvent.ReadFailed awaitFailure(int mark) {
    return (SinkEvent.ReadFailed)
        sink.awaitEvent(mark, "a failed read", LIMIT, SinkEvent.ReadFailed.class::isInstance);
  }

  private void write(String file, String... services) {
    ServicesYaml.write(temp.resolve(file), yaml(services));
  }

  private static String yaml(String... services) {
    return ServicesYaml.of(List.of(services).stream().map(name -> service(name, 1)).toList());
  }

  @Test
  void folder_filesOfBothEndingsAndNoOthersAreRead() throws IOException {
    write("a.yaml", "a");
    write("below/b.yml", "b");
    write("below/further/c.yaml", "c");
    ServicesYaml.write(temp.resolve("d.json"), "not read");
    ServicesYaml.write(temp.resolve("e.yaml~"), "not read");
    ServicesYaml.write(temp.resolve(".f.yaml"), "not read");
    ServicesYaml.write(temp.resolve(".git/g.yaml"), "not read");
    Files.createSymbolicLink(temp.resolve(".#h.yaml"), Path.of("a.lock.of.an.editor"));
    start(temp, NO_RESCAN);
    awaitNames("a", "b", "c");
  }

  @Test
  void folder_newAndRemovedFoldersAreSeen() throws IOException {
    write("a.yaml", "a");
    start(temp, NO_RESCAN);
    awaitNames("a");
    write("new/deep/b.yaml", "b");
    awaitNames("a", "b");
    write("new/deep/b.yaml", "b", "c");
    awaitNames("a", "b", "c");
    Files.delete(temp.resolve("new/deep/b.yaml"));
    Files.delete(temp.resolve("new/deep"));
    awaitNames("a");
    write("new/deep/b.yaml", "d");
    awaitNames("a", "d");
    ServicesYaml.move(temp.resolve("new"), temp.resolve("..hidden"));
    awaitNames("a");
  }

  @Test
  void folder_gitAtWork_isReadOnceThatIsOver() throws IOException, InterruptedException {
    write("a.yaml", "moves");
    start(temp, NO_RESCAN);
    awaitNames("moves");
    int mark = sink.mark();
    Path lock = Files.createDirectory(temp.resolve(".git")).resolve("index.lock");
    Files.createFile(lock);
    Files.delete(temp.resolve("a.yaml"));
    // As long as a slow checkout takes from one file to the next.
    Thread.sleep(1500);
    write("b.yaml", "moves", "new");
    Files.delete(lock);
    awaitNames("moves", "new");
    assertThat(sink.eventsSince(mark)).isNotEmpty().noneMatch(SinkEvent.Removed.class::isInstance);
  }

  @Test
  void folder_vanished_isAFailureAndNotAnEmptyRegistry() throws IOException {
    Path folder = temp.resolve("one").resolve("services");
    write("one/services/a.yaml", "a");
    start(folder, NO_RESCAN);
    awaitNames("a");
    int mark = sink.mark();
    Files.delete(folder.resolve("a.yaml"));
    Files.delete(folder);
    Files.delete(folder.getParent());
    assertThat(awaitFailure(mark).outcome().problem())
        .isEqualTo(folder + ": does not exist (expected: a folder or a file of YAML)");
    mark = sink.mark();
    write("one/services/a.yaml", "b");
    sink.awaitEvent(mark, "a resync", LIMIT, SinkEvent.Resynced.class::isInstance);
    awaitNames("b");
    write("one/services/c.yaml", "c");
    awaitNames("b", "c");
  }

  @Test
  void file_brokenThenMended_keepsEverythingMeanwhile() {
    write("a.yaml", "a");
    write("b.yaml", "b");
    start(temp, NO_RESCAN);
    Map<ServiceId, Service> before = awaitNames("a", "b");
    int mark = sink.mark();
    ServicesYaml.write(temp.resolve("b.yaml"), "services:\n- name: b\n  instance: []\n");
    SinkEvent.Failing failed = awaitProblem(mark, temp.resolve("b.yaml"));
    assertThat(failed.problem())
        .isEqualTo(
            temp.resolve("b.yaml")
                + ":3:3: services[0].instance: unknown key"
                + " (expected: one of name, namespace, metadata, instances)");
    assertThat(failed.cause()).isInstanceOf(ServicesFileException.class);
    assertThat(sink.state()).isEqualTo(before);
    mark = sink.mark();
    ServicesYaml.write(temp.resolve("b.yaml"), "");
    sink.awaitEvent(
        mark,
        "the other error",
        LIMIT,
        event ->
            event instanceof SinkEvent.Failing other
                && other.problem().contains("b.yaml:1:1: empty"));
    assertThat(sink.state()).isEqualTo(before);
    mark = sink.mark();
    write("b.yaml", "b", "b2");
    sink.awaitEvent(mark, "a resync", LIMIT, SinkEvent.Resynced.class::isInstance);
    awaitNames("a", "b", "b2");
  }

  @Test
  void file_broken_changesOfTheOthersGoOnAndRemovalsWait() throws IOException {
    write("a.yaml", "a", "a2");
    write("b.yaml", "b");
    write("gone.yaml", "gone");
    start(temp, NO_RESCAN);
    awaitNames("a", "a2", "b", "gone");
    int mark = sink.mark();
    ServicesYaml.write(temp.resolve("b.yaml"), "services: [");
    awaitProblem(mark, temp.resolve("b.yaml"));
    write("c.yaml", "c");
    awaitNames("a", "a2", "b", "c", "gone");
    replace("c.yaml", service("c", 3));
    sink.awaitState("c: 3", LIMIT, state -> instances("c") == 3);
    ServicesYaml.write(
        temp.resolve("a.yaml"), ServicesYaml.of(List.of(service("a", 2), service("d", 1))));
    sink.awaitState("d", LIMIT, state -> state.containsKey(ServiceId.of("d")));
    ServicesYaml.delete(temp.resolve("gone.yaml"));
    sink.awaitEvent(
        mark,
        "two holds",
        LIMIT,
        event -> event instanceof SinkEvent.Holding two && two.holds().size() == 2);
    assertThat(sink.holds())
        .allSatisfy(
            hold -> {
              assertThat(hold.reason()).isEqualTo(Hold.Reason.UNREADABLE_PART);
              assertThat(hold.until()).isEqualTo(hold.since().plus(SinkFeed.CEILING));
              assertThat(hold.explanation()).contains(temp.resolve("b.yaml").toString());
            })
        .extracting(Hold::subject)
        .containsExactly("a2", "gone");
    assertThat(instances("a")).isEqualTo(2);
    assertThat(sink.state()).hasSize(6);
    write("b.yaml", "b", "a2");
    awaitNames("a", "a2", "b", "c", "d");
    sink.awaitEvent(mark, "no hold", LIMIT, event -> sink.holds().isEmpty());
  }

  @Test
  void file_thatCannotBeRead_holdsBackNothingNew() throws IOException {
    write("a.yaml", "a");
    write("b.yaml", "b");
    start(temp, Duration.ofMillis(100));
    awaitNames("a", "b");
    int mark = sink.mark();
    // A regular file of the kernel that may be opened and that refuses to be read.
    Files.createSymbolicLink(temp.resolve(".b"), Path.of("/proc/self/mem"));
    Files.move(temp.resolve(".b"), temp.resolve("b.yaml"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(awaitProblem(mark, temp.resolve("b.yaml")).problem())
        .startsWith(temp.resolve("b.yaml") + ": cannot be read: ")
        .doesNotContain("Exception");
    write("c.yaml", "c");
    awaitNames("a", "b", "c");
    Files.delete(temp.resolve("b.yaml"));
    write("b.yaml", "b", "b2");
    awaitNames("a", "b", "b2", "c");
  }

  @Test
  void folder_thatCannotBeListed_holdsBackNothingNew() throws IOException {
    write("a.yaml", "a");
    write("below/b.yaml", "b");
    start(temp, NO_RESCAN);
    awaitNames("a", "b");
    int mark = sink.mark();
    ServicesYaml.move(temp.resolve("below"), temp.resolve("..below"));
    Files.createSymbolicLink(temp.resolve("below"), Path.of("."));
    assertThat(awaitProblem(mark, temp.resolve("below")).problem())
        .startsWith(temp.resolve("below") + ": a link to a folder above it");
    write("c.yaml", "c");
    awaitNames("a", "b", "c");
    Files.delete(temp.resolve("below"));
    ServicesYaml.move(temp.resolve("..below"), temp.resolve("below"));
    write("below/b.yaml", "b", "b2");
    awaitNames("a", "b", "b2", "c");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pipeOrDevice_inPlaceOfAFile_isNotOpened(boolean device) throws Exception {
    write("a.yaml", "a");
    write("b.yaml", "b");
    start(temp, NO_RESCAN);
    awaitNames("a", "b");
    int mark = sink.mark();
    Path odd = temp.resolve(".odd");
    if (device) {
      Files.createSymbolicLink(odd, Path.of("/dev/zero"));
    } else {
      Process mkfifo = new ProcessBuilder("mkfifo", odd.toString()).start();
      assertThat(mkfifo.waitFor()).isZero();
    }
    Files.move(odd, temp.resolve("b.yaml"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(awaitProblem(mark, temp.resolve("b.yaml")).problem())
        .isEqualTo(
            temp.resolve("b.yaml") + ": a pipe, a socket or a device (expected: a regular file)");
    write("c.yaml", "c");
    awaitNames("a", "b", "c");
    Files.delete(temp.resolve("b.yaml"));
    write("b.yaml", "b2");
    awaitNames("a", "b2", "c");
  }

  @Test
  void pipe_inPlaceOfTheOnlyFile_isAFailure() throws Exception {
    Path file = temp.resolve("a.yaml");
    write("a.yaml", "a");
    start(file, Duration.ofMillis(100));
    awaitNames("a");
    int mark = sink.mark();
    Process mkfifo = new ProcessBuilder("mkfifo", temp.resolve("pipe").toString()).start();
    assertThat(mkfifo.waitFor()).isZero();
    Files.move(temp.resolve("pipe"), file, StandardCopyOption.ATOMIC_MOVE);
    assertThat(awaitFailure(mark).outcome().problem())
        .isEqualTo(file + ": a pipe, a socket or a device (expected: a regular file)");
    assertThat(sink.state()).containsOnlyKeys(ServiceId.of("a"));
  }

  @Test
  void folderNamedLikeAFile_isAFolder() {
    write("a.yaml/b.yaml", "b");
    start(temp, NO_RESCAN);
    awaitNames("b");
  }

  @Test
  void service_inTwoFilesWhileItRuns_staysAsItWasAndTheRestGoesOn() {
    write("a.yaml", "x", "a");
    write("b.yaml", "b");
    start(temp, NO_RESCAN);
    Map<ServiceId, Service> before = awaitNames("a", "b", "x");
    int mark = sink.mark();
    ServicesYaml.write(
        temp.resolve("b.yaml"), ServicesYaml.of(List.of(service("x", 3), service("b", 2))));
    assertThat(awaitProblem(mark, temp.resolve("b.yaml")).problem()).contains("service x: also at");
    write("c.yaml", "c");
    awaitNames("a", "b", "c", "x");
    assertThat(sink.state()).containsEntry(ServiceId.of("x"), before.get(ServiceId.of("x")));
    assertThat(instances("b")).isEqualTo(2);
    // Every file can be read, so it is sure what is gone.
    ServicesYaml.delete(temp.resolve("c.yaml"));
    awaitNames("a", "b", "x");
    write("a.yaml", "a");
    sink.awaitState("x: 3", LIMIT, state -> instances("x") == 3);
  }

  @Test
  void close_whileTheSinkDoesNotReturn_ends() throws Exception {
    write("a.yaml", "a");
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    RegistrySink stuck =
        new ThrowingSink(
            sink,
            () -> {
              inside.countDown();
              boolean interrupted = false;
              while (never.getCount() > 0) {
                try {
                  never.await();
                } catch (InterruptedException e) {
                  interrupted = true;
                }
              }
              if (interrupted) {
                Thread.currentThread().interrupt();
              }
              return false;
            });
    RegistryAdapter adapter =
        new FileRegistryFactory()
            .create(
                new AdapterContext("files", stuck),
                KeyedRecord.of(FileConfiguration.class).with(Map.of("path", temp)));
    adapter.start();
    assertThat(inside.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertTimeoutPreemptively(LIMIT, adapter::close);
    never.countDown();
  }

  @Test
  void files_brokenAtTheStart_giveNoServiceAtAll() {
    write("a.yaml", "a");
    for (int i = 0; i < 7; i++) {
      ServicesYaml.write(temp.resolve("broken" + i + ".yaml"), "services: [");
    }
    start(temp, NO_RESCAN);
    assertThat(awaitFailure(0).outcome().problem())
        .contains("broken0.yaml:1:12: not YAML", "broken4.yaml", "; and 2 more")
        .doesNotContain("broken5.yaml");
    assertThat(sink.synced()).isFalse();
  }

  @Test
  void service_inTwoFiles_isAnErrorThatNamesBothPlaces() {
    write("a.yaml", "x", "twice");
    write("b.yaml", "twice");
    start(temp, NO_RESCAN);
    assertThat(awaitFailure(0).outcome().problem())
        .isEqualTo(
            temp.resolve("b.yaml")
                + ":2:3: service twice: also at "
                + temp.resolve("a.yaml")
                + ":6:3 (expected: each service in one place)");
    ServicesYaml.delete(temp.resolve("b.yaml"));
    awaitNames("x", "twice");
  }

  @Test
  void service_sameNameInTwoNamespaces_areTwo() {
    ServicesYaml.write(
        temp.resolve("a.yaml"),
        "services: [{name: a, namespace: one}, {name: a, namespace: two}, {name: a}]");
    start(temp, NO_RESCAN);
    sink.awaitState("three services", LIMIT, state -> state.size() == 3);
  }

  @Test
  void change_ofFewServices_isToldSingly() {
    write("a.yaml", "a", "gone");
    write("b.yaml", "b");
    start(temp, NO_RESCAN);
    awaitNames("a", "b", "gone");
    int mark = sink.mark();
    ServicesYaml.replace(
        temp.resolve("a.yaml"), ServicesYaml.of(List.of(service("a", 2), service("new", 1))));
    awaitNames("a", "b", "new");
    assertThat(sink.eventsSince(mark))
        .containsExactlyInAnyOrder(
            new SinkEvent.Changed(service("a", 2)),
            new SinkEvent.Changed(service("new", 1)),
            new SinkEvent.Removed(ServiceId.of("gone")));
  }

  private void replace(String file, Service service) throws IOException {
    Path part = temp.resolve("." + file);
    ServicesYaml.write(part, ServicesYaml.of(List.of(service)));
    Files.move(part, temp.resolve(file), StandardCopyOption.ATOMIC_MOVE);
  }

  private int instances(String name) {
    return Objects.requireNonNull(sink.state().get(ServiceId.of(name))).instances().size();
  }

  @Test
  void fileReplacedByARename_isReadAlone(@TempDir Path elsewhere) throws IOException {
    write("a.yaml", "a");
    Path target = elsewhere.resolve("b.yaml");
    ServicesYaml.write(target, yaml("b"));
    Files.createSymbolicLink(temp.resolve("b.yaml"), target);
    start(temp, NO_RESCAN);
    awaitNames("a", "b");
    // No event tells of this: a look at all files would find it.
    ServicesYaml.write(target, ServicesYaml.of(List.of(service("b", 2))));
    for (int i = 2; i < 6; i++) {
      replace("a.yaml", service("a", i));
      int now = i;
      sink.awaitState("a: " + i, LIMIT, state -> instances("a") == now);
      assertThat(instances("b")).isEqualTo(1);
    }
    write("c.yaml", "c");
    awaitNames("a", "b", "c");
    sink.awaitState("b: 2", LIMIT, state -> instances("b") == 2);
  }

  @Test
  void filesReplacedAllTheTime_areReadAllTheSame() throws Exception {
    for (int i = 0; i < 300; i++) {
      write("f" + i + ".yaml", "s" + i);
    }
    start(temp, Duration.ofMillis(100));
    sink.awaitState("all", LIMIT, state -> state.size() == 300);
    int mark = sink.mark();
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    Future<Integer> last =
        threads.submit(
            () -> {
              int round = 1;
              while (!stop.get()) {
                round++;
                int file = 1 + round % 299;
                replace("f" + file + ".yaml", service("s" + file, 2));
                replace("f0.yaml", service("s0", 1 + round % 50));
                // Nobody could follow a file that is never the same twice.
                Thread.sleep(5);
              }
              return 1 + round % 50;
            });
    // For longer than some looks at everything take.
    for (int i = 0; i < 40; i++) {
      int now = instances("s0");
      sink.awaitState("s0: not " + now, LIMIT, state -> instances("s0") != now);
      Thread.sleep(50);
    }
    stop.set(true);
    int instances = last.get(30, TimeUnit.SECONDS);
    threads.shutdown();
    sink.awaitState("s0: " + instances, LIMIT, state -> instances("s0") == instances);
    assertThat(sink.eventsSince(mark)).isNotEmpty().noneMatch(SinkEvent::isFailure);
  }

  @Test
  void link_swapped_isSeen() throws IOException {
    write("v1/a.yaml", "a");
    write("v2/b.yaml", "b");
    Path current = Files.createSymbolicLink(temp.resolve("current"), Path.of("v1"));
    start(current, NO_RESCAN);
    awaitNames("a");
    ServicesYaml.link(current, Path.of("v2"));
    awaitNames("b");
    write("v2/b.yaml", "c");
    awaitNames("c");
  }

  @Test
  void link_toNothing_isAFailure() throws IOException {
    write("a.yaml", "a");
    Files.createSymbolicLink(temp.resolve("b.yaml"), Path.of("missing"));
    start(temp, NO_RESCAN);
    assertThat(awaitFailure(0).outcome().problem())
        .isEqualTo(
            temp.resolve("b.yaml")
                + ": a link to a file that is not there (expected: a folder or a file of YAML)");
    write("missing", "b");
    awaitNames("a", "b");
  }

  @Test
  void link_toAFolderAbove_isAFailure() throws IOException {
    write("a.yaml", "a");
    Files.createSymbolicLink(temp.resolve("loop"), Path.of("."));
    start(temp, NO_RESCAN);
    assertThat(awaitFailure(0).outcome().problem())
        .isEqualTo(
            temp.resolve("loop") + ": a link to a folder above it (expected: a tree of folders)");
  }

  @Test
  void hostileValues_passThrough() {
    ServicesYaml.write(
        temp.resolve("a.yaml"),
        """
        services:
        - name: "Ünlegal_Name.with..dots"
          namespace: "UPPER case"
          instances:
          - {id: a, address: "", port: 0, weight: .nan}
          - {id: b, address: "::ffff:10.0.0.1%eth0", port: 70000, weight: -1}
          - {id: c, address: "*.example", port: -5, weight: 0.5, locality: "///"}
          - {id: d, address: 127.0.0.1, port: 65535, weight: 10000, metadata: {"istio.io/rev": "x y"}}
        """);
    start(temp, NO_RESCAN);
    Service read =
        sink.awaitState("a service", LIMIT, state -> state.size() == 1).values().iterator().next();
    assertThat(read.id()).isEqualTo(new ServiceId("UPPER case", "", "Ünlegal_Name.with..dots"));
    assertThat(read.instances())
        .extracting(Instance::address)
        .containsExactly("", "::ffff:10.0.0.1%eth0", "*.example", "127.0.0.1");
    assertThat(read.instances()).extracting(Instance::port).containsExactly(0, 70_000, -5, 65_535);
    assertThat(read.instances())
        .extracting(Instance::weight)
        .containsExactly(Double.NaN, -1.0, 0.5, 10_000.0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void services_movedBetweenFiles_areNeverMissing(long seed) {
    Random random = new Random(seed);
    String[] names = {"a", "b", "c", "d"};
    write("one.yaml", names);
    write("two.yaml");
    start(temp, NO_RESCAN);
    awaitNames(names);
    int mark = sink.mark();
    for (int round = 0; round < 40; round++) {
      List<String> one = new ArrayList<>();
      List<String> two = new ArrayList<>();
      for (String name : names) {
        (random.nextBoolean() ? one : two).add(name);
      }
      // As a mover should: first in both (refused as a whole), then gone from the old place.
      write("two.yaml", names);
      write("one.yaml", one.toArray(String[]::new));
      write("two.yaml", two.toArray(String[]::new));
    }
    write("one.yaml", names);
    write("two.yaml", "end");
    awaitNames("a", "b", "c", "d", "end");
    assertThat(sink.eventsSince(mark)).isNotEmpty().noneMatch(SinkEvent.Removed.class::isInstance);
  }

  @Test
  void sinkThatThrows_isToldAgainByAResync() {
    write("a.yaml", "a");
    AtomicInteger calls = new AtomicInteger();
    RegistrySink throwing = new ThrowingSink(sink, () -> calls.incrementAndGet() == 2);
    RegistryAdapter adapter =
        new FileRegistryFactory()
            .create(
                new AdapterContext("files", throwing),
                new FileConfiguration(temp, Duration.ofMillis(100), Duration.ZERO));
    adapters.add(adapter);
    adapter.start();
    awaitNames("a");
    write("b.yaml", "b");
    awaitNames("a", "b");
    assertThat(sink.resyncs()).isEqualTo(2);
  }

  /** Throws in the place of some calls that bring something. */
  private record ThrowingSink(RegistrySink to, BooleanSupplier fails) implements RegistrySink {
    private void passOn(Runnable call) {
      if (fails.getAsBoolean()) {
        throw new IllegalStateException("a fault of the sink, drawn by the test");
      }
      call.run();
    }

    @Override
    public void resync(ReadOutcome outcome) {
      passOn(() -> to.resync(outcome));
    }

    @Override
    public void changed(Service service) {
      passOn(() -> to.changed(service));
    }

    @Override
    public void removed(ServiceId id) {
      passOn(() -> to.removed(id));
    }

    @Override
    public void alive() {
      to.alive();
    }

    @Override
    public void failing(String problem, Throwable cause) {
      passOn(() -> to.failing(problem, cause));
    }

    @Override
    public void holding(List<Hold> holds) {
      to.holding(holds);
    }
  }

  @Test
  void tenThousandServices_areReadAndOneChangeIsOneCall() {
    Map<String, List<Service>> files = new TreeMap<>();
    for (int i = 0; i < 10_000; i++) {
      files
          .computeIfAbsent(
              "folder" + i % 100 + "/part" + i % 1000 + ".yaml", it -> new ArrayList<>())
          .add(service("service-" + i, 10));
    }
    files.forEach(
        (file, services) -> ServicesYaml.write(temp.resolve(file), ServicesYaml.of(services)));
    start(temp, NO_RESCAN);
    sink.awaitState("10,000 services", LIMIT.multipliedBy(4), state -> state.size() == 10_000);
    int mark = sink.mark();
    List<Service> part = new ArrayList<>(files.getOrDefault("folder7/part7.yaml", List.of()));
    part.set(3, service("service-3007", 9));
    ServicesYaml.write(temp.resolve("folder7/part7.yaml"), ServicesYaml.of(part));
    SinkEvent change =
        sink.awaitEvent(mark, "a change", LIMIT, event -> !(event instanceof SinkEvent.Alive));
    assertThat(change).isEqualTo(new SinkEvent.Changed(service("service-3007", 9)));
  }

  @Test
  void tenThousandServices_inOneFileOfManyMegabytes_areRead() throws IOException {
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      services.add(service("service-" + i, 10));
    }
    Path file = temp.resolve("all.yaml");
    String comment = "# a line that says nothing, as files have many of them\n".repeat(200_000);
    ServicesYaml.write(file, ServicesYaml.of(services) + comment);
    assertThat(Files.size(file)).isGreaterThan(20_000_000);
    start(file, NO_RESCAN);
    Map<ServiceId, Service> state =
        sink.awaitState("10,000 services", LIMIT.multipliedBy(4), it -> it.size() == 10_000);
    assertThat(state.values()).containsExactlyInAnyOrderElementsOf(services);
  }
}
