package io.fairlead.configs;

import java.util.Collection;

/**
 * The receiver of everything that a config source reads. One sink belongs to one source.
 *
 * <p>Threading: methods may be called from any thread, but never at the same time as another one,
 * and their order is the order of the changes. A call reads and checks the texts on the caller's
 * thread (milliseconds each) and blocks neither on clients nor on the disk. Calls after the source
 * was closed are ignored.
 */
public interface ConfigSink {
  /**
   * Takes all documents of the source, which a successful, authorised read must have given: those
   * that it lacks are gone. Until the first call the source counts as not read, and what is served
   * of it is what was known before.
   */
  void resync(Collection<ConfigDocument> all);

  /**
   * Takes documents that are new or changed, and the keys of those that are gone, as one change:
   * clients see all of it at once. A key that is unknown or in both is no error: what is put
   * counts.
   */
  void changed(Collection<ConfigDocument> put, Collection<String> removed);

  /** Records a successful read that found no change, so that the source is not shown as failing. */
  void alive();

  /**
   * Records that the source cannot be read at present: what it gave stays, and it is shown as
   * failing until {@link #alive()} or a report.
   *
   * @param problem what happened and what the operator can do, in one sentence with the address
   * @param cause the error itself
   */
  void failing(String problem, Throwable cause);
}
