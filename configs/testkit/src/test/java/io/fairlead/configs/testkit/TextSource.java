package io.fairlead.configs.testkit;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A config source of a {@link TextStore} that does everything right, but for its defect. One thread
 * reads and calls the sink; it owns all state except the thread and the connection, which {@code
 * this} guards.
 */
final class TextSource implements ConfigSource {
  /** The beginning of the names of files that a defect leaves open. */
  static final String LEAKED_FILE = "leaked-by-";

  private static final Logger LOG = LoggerFactory.getLogger(TextSource.class);
  private static final int ANSWER_MILLIS = 2_000;
  private static final long PAUSE_MILLIS = 20;
  private static final long OUTAGE_NANOS = TimeUnit.MILLISECONDS.toNanos(600);
  private static final int MIN_COMPARED = 3;
  // What defects leave must not be closed by the collector.
  private static final List<Object> LEAKED = new ArrayList<>();

  private final String name;
  private final ConfigSink sink;
  private final int port;
  private final String secret;
  private final Defect defect;
  private final CountDownLatch closing = new CountDownLatch(1);

  private @Nullable Map<String, ConfigDocument> reported;
  private long failedSince;
  private boolean hasFailed;
  private boolean everFailed;
  private volatile boolean hasRead;
  private boolean wasAway;

  private @Nullable Thread thread;
  private @Nullable Socket connection;
  private @Nullable BufferedReader in;
  private int closes;

  TextSource(ConfigSourceContext context, int port, String secret, Defect defect) {
    this.name = context.name();
    this.sink = context.sink();
    this.port = port;
    this.secret = secret;
    this.defect = defect;
  }

  private boolean has(Defect one) {
    return defect == one;
  }

  @Override
  public void start() {
    synchronized (this) {
      if (thread != null && !has(Defect.STARTS_TWICE)) {
        throw new IllegalStateException("config source " + name + ": started twice");
      }
      if (thread != null) {
        return;
      }
      thread = new Thread(this::run, has(Defect.HAS_NAMELESS_THREADS) ? "text" : "text-" + name);
      thread.setDaemon(true);
    }
    if (has(Defect.LOGS_THE_SECRET)) {
      LOG.debug("reads with {}", secret);
    }
    if (has(Defect.BLOCKS_IN_START)) {
      try {
        report(read());
      } catch (IOException e) {
        reported = null;
      }
    }
    Thread started = thread;
    if (started != null) {
      started.start();
    }
  }

  private void run() {
    if (has(Defect.CHANGES_BEFORE_THE_FIRST_REPORT)) {
      sink.changed(List.of(), List.of());
    }
    try {
      while (!closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      Map<String, ConfigDocument> now = read();
      hasFailed = false;
      hasRead = true;
      report(now);
    } catch (IOException e) {
      disconnect();
      failed(e);
    } catch (RuntimeException e) {
      LOG.info("a fault of the sink", e);
      if (has(Defect.DIES_WITH_THE_SINK)) {
        closing.countDown();
      }
      reported = null;
    }
  }

  private void failed(IOException e) {
    if (closing.getCount() == 0) {
      return;
    }
    if (!hasFailed) {
      failedSince = System.nanoTime();
    }
    hasFailed = true;
    everFailed = true;
    hasRead = false;
    wasAway = true;
    Map<String, ConfigDocument> before = reported;
    if (has(Defect.IS_EMPTY_DURING_AN_OUTAGE)
        && e instanceof ConnectException
        && before != null
        && System.nanoTime() - failedSince > OUTAGE_NANOS) {
      sink.changed(List.of(), Set.copyOf(before.keySet()));
      reported = new HashMap<>();
    }
    if (has(Defect.REPORTS_NOTHING_AS_READ) && e instanceof ConnectException && before == null) {
      sink.resync(List.of());
    }
    String what = "127.0.0.1:" + port + ": " + e.getMessage();
    sink.failing(has(Defect.TELLS_THE_SECRET) ? what + " with " + secret : what, e);
  }

  // ---- Reading ----------------------------------------------------------------------------------

  private Map<String, ConfigDocument> read() throws IOException {
    BufferedReader lines = connected();
    Map<String, ConfigDocument> all = new HashMap<>();
    String first = lines.readLine();
    if (first == null) {
      throw new IOException("no answer");
    }
    if (first.equals("REFUSED")) {
      if (has(Defect.TAKES_A_REFUSAL_FOR_AN_EMPTY_STORE)) {
        return all;
      }
      throw new IOException("the secret is refused");
    }
    if (!first.matches("[0-9]{1,6}")) {
      if (has(Defect.TAKES_NOISE_FOR_AN_EMPTY_STORE)) {
        return all;
      }
      throw new IOException("noise");
    }
    for (String line = lines.readLine(); !"END".equals(line); line = lines.readLine()) {
      if (line == null || !line.matches("[A-Za-z0-9+/=]+ [A-Za-z0-9+/=]*")) {
        if (has(Defect.TRUSTS_TRUNCATED_ANSWERS) && !first.equals("0") && line == null) {
          disconnect();
          return all;
        }
        throw new IOException("a part of an answer");
      }
      String key = decoded(line.substring(0, line.indexOf(' ')));
      String text = decoded(line.substring(line.indexOf(' ') + 1));
      all.put(key, new ConfigDocument(key, has(Defect.TRIMS_TEXTS) ? text.strip() : text));
    }
    if (all.size() != Integer.parseInt(first)) {
      throw new IOException("a part of an answer");
    }
    return all;
  }

  private static String decoded(String text) throws IOException {
    try {
      return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IOException("noise", e);
    }
  }

  private BufferedReader connected() throws IOException {
    Socket socket;
    BufferedReader lines;
    synchronized (this) {
      if (closing.getCount() == 0) {
        throw new IOException("closed");
      }
      if (connection == null || in == null) {
        connection = new Socket(InetAddress.getLoopbackAddress(), port);
        connection.setSoTimeout(has(Defect.TRUSTS_A_SILENT_CONNECTION) ? 0 : ANSWER_MILLIS);
        in =
            new BufferedReader(
                new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
      }
      socket = connection;
      lines = in;
    }
    socket.getOutputStream().write(("READ " + secret + "\n").getBytes(StandardCharsets.UTF_8));
    return lines;
  }

  private synchronized void disconnect() {
    if (connection != null) {
      try {
        connection.close();
      } catch (IOException e) {
        LOG.debug("not closed", e);
      }
      connection = null;
      in = null;
    }
  }

  // ---- Reporting --------------------------------------------------------------------------------

  private void report(Map<String, ConfigDocument> now) {
    if (closing.getCount() == 0) {
      return;
    }
    Map<String, ConfigDocument> before = reported;
    if (before == null) {
      if (!now.isEmpty() || !has(Defect.SAYS_NOTHING_OF_AN_EMPTY_STORE)) {
        first(now);
        reported = now;
      }
      return;
    }
    Set<String> gone = new HashSet<>(before.keySet());
    gone.removeAll(now.keySet());
    if ((has(Defect.KEEPS_THE_LAST_DOCUMENT) && now.isEmpty() && before.size() == 1)
        || (has(Defect.MERGES_AFTER_AN_OUTAGE) && mergesAfterAnOutage(gone))) {
      gone.clear();
    }
    List<ConfigDocument> put = new ArrayList<>();
    for (ConfigDocument document : now.values()) {
      ConfigDocument known = before.get(document.key());
      if (known == null || !isSame(known, document) || has(Defect.TELLS_ALL_AT_EACH_CHANGE)) {
        put.add(document);
      }
    }
    boolean same =
        gone.isEmpty()
            && put.stream().allMatch(document -> document.equals(before.get(document.key())));
    if (!same) {
      changed(put, gone);
    } else if (!has(Defect.IS_NEVER_ALIVE) || everFailed) {
      sink.alive();
    }
    reported = now;
  }

  /** Whether what is missing is missing since an outage. */
  private boolean mergesAfterAnOutage(Set<String> gone) {
    boolean merges = wasAway && !gone.isEmpty();
    wasAway = false;
    return merges;
  }

  private boolean isSame(ConfigDocument known, ConfigDocument document) {
    String text = document.text();
    return known.equals(document)
        || (has(Defect.COMPARES_LENGTHS)
            && text.length() > MIN_COMPARED
            && text.length() == known.text().length());
  }

  private void first(Map<String, ConfigDocument> now) {
    if (has(Defect.CALLS_CONCURRENTLY)) {
      CountDownLatch begun = new CountDownLatch(1);
      Thread other =
          new Thread(
              () -> {
                begun.countDown();
                sink.resync(now.values());
              },
              "text-" + name + "-other");
      other.start();
      try {
        begun.await();
        for (int i = 0; i < 20 && closing.getCount() > 0; i++) {
          sink.alive();
        }
        other.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } else if (has(Defect.TELLS_A_KEY_TWICE)) {
      List<ConfigDocument> twice = new ArrayList<>(now.values());
      twice.addAll(now.values());
      sink.resync(twice);
    } else if (has(Defect.MUTATES_AFTER_HAND_OVER)) {
      List<ConfigDocument> list = new ArrayList<>(now.values());
      sink.resync(list);
      list.clear();
    } else {
      sink.resync(now.values());
    }
  }

  private void changed(List<ConfigDocument> put, Set<String> gone) {
    if (has(Defect.SPLITS_TRANSACTIONS)) {
      put.forEach(document -> sink.changed(List.of(document), List.of()));
      gone.forEach(key -> sink.changed(List.of(), List.of(key)));
    } else {
      sink.changed(put, gone);
    }
  }

  // ---- Close ------------------------------------------------------------------------------------

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closes++;
      if (closes > 1 && has(Defect.THROWS_AT_THE_SECOND_STOP)) {
        throw new IllegalStateException("closed already");
      }
      running = thread;
    }
    closing.countDown();
    leak();
    if (has(Defect.LEAKS_A_CONNECTION)) {
      synchronized (this) {
        LEAKED.add(connection == null ? "" : connection);
        connection = null;
      }
    } else {
      disconnect();
    }
    if (running == null
        || !running.isAlive()
        || (running.equals(Thread.currentThread()) && !has(Defect.WAITS_FOR_ITSELF))) {
      return;
    }
    try {
      running.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (has(Defect.CALLS_AFTER_CLOSE)) {
      Thread late =
          new Thread(
              () -> {
                try {
                  TimeUnit.MILLISECONDS.sleep(300);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                sink.alive();
              },
              "text-" + name + "-late");
      late.setDaemon(true);
      late.start();
    }
  }

  private void leak() {
    if (has(Defect.LEAKS_A_THREAD) && hasRead) {
      Thread left =
          new Thread(
              () -> {
                try {
                  TimeUnit.MINUTES.sleep(10);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              "text-" + name + "-left");
      left.setDaemon(true);
      left.start();
    }
    if (has(Defect.LEAKS_A_FILE)) {
      try {
        Path file = Files.createTempFile(LEAKED_FILE + name + ".", "");
        file.toFile().deleteOnExit();
        InputStream open = Files.newInputStream(file);
        synchronized (LEAKED) {
          LEAKED.add(open);
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
