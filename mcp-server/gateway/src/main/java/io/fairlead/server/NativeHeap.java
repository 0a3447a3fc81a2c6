package io.fairlead.server;

import java.lang.management.ManagementFactory;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import javax.management.RuntimeMBeanException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The memory that the C library has taken from the system for this process. */
final class NativeHeap {
  private static final Logger log = LoggerFactory.getLogger(NativeHeap.class);
  private static final String COMMANDS = "com.sun.management:type=DiagnosticCommand";
  private static final String TRIM = "systemTrimNativeHeap";

  private NativeHeap() {}

  /**
   * Has the C library give back what it holds free, as {@code jcmd PID System.trim_native_heap}
   * does. Where the virtual machine or the C library cannot (Java before 17.0.9, musl), nothing
   * happens. From any thread.
   *
   * @return whether it could
   */
  static boolean trim() {
    try {
      MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
      beans.invoke(new ObjectName(COMMANDS), TRIM, new Object[0], new String[0]);
      return true;
    } catch (InstanceNotFoundException | ReflectionException | RuntimeMBeanException e) {
      log.debug("The native heap is not trimmed: this Java has no {}", TRIM, e);
    } catch (JMException e) {
      log.debug("The native heap was not trimmed", e);
    }
    return false;
  }
}
