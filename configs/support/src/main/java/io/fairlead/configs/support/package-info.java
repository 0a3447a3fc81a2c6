/**
 * The parts that all config sources share: a thread that looks at the store again and again, and a
 * report that tells what differs, removes nothing after a failure, and keeps for a while what a
 * store that may have gone back lacks.
 */
@NullMarked
package io.fairlead.configs.support;

import org.jspecify.annotations.NullMarked;
