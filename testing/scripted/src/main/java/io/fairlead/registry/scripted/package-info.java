/**
 * The registry type {@code scripted}, for tests only: an adapter that says what a test tells it to,
 * line by line, so that faults can be shown which no real registry has at will.
 *
 * <p>The test is the server: the harness' {@code ScriptedRegistry} listens on the loopback
 * interface, and the adapter connects. Each line is a JSON object with a number {@code seq} and a
 * word {@code op}:
 *
 * <ul>
 *   <li>{@code begin}, any number of {@code service}, then {@code end} with their {@code count}: a
 *       whole view. It is believed whatever it holds, an empty or an older one, too; only one that
 *       does not come to its end, or whose count is wrong, is a failed read.
 *   <li>{@code changed} with a {@code service}, {@code removed} with an {@code id}: single changes,
 *       believed in the order in which they come, from the first whole view of a connection on.
 *   <li>{@code alive}: nothing has changed.
 *   <li>{@code failed} with a {@code problem}: a whole read that failed.
 *   <li>{@code failing} with a {@code problem}: a part cannot be read.
 * </ul>
 *
 * <p>Anything else is garbage: the connection is given up, and a new one made after a pause. The
 * adapter writes back the {@code seq} of the last line that it is done with.
 */
@NullMarked
package io.fairlead.registry.scripted;

import org.jspecify.annotations.NullMarked;
