/**
 * Real servers for tests: each is a process of its own on free ports of the loopback interface,
 * started by a test and ended with it. Binaries come from {@code make servers}.
 */
@NullMarked
package io.fairlead.harness;

import org.jspecify.annotations.NullMarked;
