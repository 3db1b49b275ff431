/* Handing in without HTTP: see intake_submit() in intake.h. */
#ifndef INTAKE_HAND_IN_H
#define INTAKE_HAND_IN_H

struct intake;

/* Refusals that were not told yet are told now. */
void hand_in_end_all(struct intake *intake);

#endif
